using WalletGrains.Host.Startup;

return await HostProcess.RunAsync(args);
