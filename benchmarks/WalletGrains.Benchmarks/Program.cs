using WalletGrains.Benchmarks;
using WalletGrains.Benchmarks.BalanceSync;
using WalletGrains.Benchmarks.Calls;
using WalletGrains.Benchmarks.Load;
using WalletGrains.Benchmarks.Micro;
using WalletGrains.Benchmarks.Wallets;

try
{
    return args switch
    {
        ["load", .. var rest] => await LoadCommand.RunAsync(new Arguments(rest)),
        ["calls", .. var rest] => await CallsCommand.RunAsync(new Arguments(rest)),
        ["wallets", .. var rest] => await WalletsCommand.RunAsync(new Arguments(rest)),
        ["sweep", .. var rest] => await SweepCommand.RunAsync(new Arguments(rest)),
        ["micro", .. var rest] => MicroCommand.Run(new Arguments(rest)),
        _ => throw new ArgumentsException("The first word is load, calls, wallets, sweep or micro."),
    };
}
catch (ArgumentsException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}{Environment.NewLine}{Environment.NewLine}{Arguments.Usage}");
    return 2;
}
