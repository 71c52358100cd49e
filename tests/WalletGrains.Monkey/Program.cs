using WalletGrains.Monkey;

if (MonkeyOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(MonkeyOptions.Usage);
    return MonkeyRun.NotRun;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stopping.Cancel();
};

return await MonkeyRun.RunAsync(options, Console.Out, stopping.Token);
