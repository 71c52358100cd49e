using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace WalletGrains.Benchmarks.Micro;

/// <summary>The verb <c>micro</c>: single steps of a command's path, with BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    public static int Run(Arguments line)
    {
        var filter = line.Text("filter", "*");
        line.EnsureAllUsed();
        // In this process: a generated project would need this repository's build rules, and gains nothing here.
        var config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "walletgrains-micro"));
        BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(["--filter", filter], config);
        return 0;
    }
}
