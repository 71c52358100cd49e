using WalletGrains.Simulation;

return CommandLine.Run(args);
