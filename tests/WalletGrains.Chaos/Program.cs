using WalletGrains.Chaos;
using WalletGrains.Chaos.Report;

if (ChaosOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(ChaosOptions.Usage);
    return 2;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stopping.Cancel();
};

var card = new ReportCard();
var isComplete = await ChaosRun.RunAsync(options, card, stopping.Token);
Console.WriteLine();
Console.Write(card);
return isComplete && card.IsClean ? 0 : 1;
