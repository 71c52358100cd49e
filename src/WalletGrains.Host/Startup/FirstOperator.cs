using System.Security.Cryptography;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Host.Startup;

/// <summary>
/// Creates the first operator at the first start. Its password is WALLETGRAINS_OPERATOR_PASSWORD. In Development one is generated where that is not
/// set, and kept in the data folder before the operator is written: a host that dies between the two, or whose output nobody sees, has lost nothing.
/// In Production nothing is generated. It is never logged.
/// </summary>
internal sealed partial class FirstOperator(
    IGrainFactory grains, IConfiguration configuration, HostSettings settings, IHostEnvironment environment, TimeProvider time, ILogger<FirstOperator> logger)
    : BackgroundService
{
    /// <summary>The file that a generated password is in, of the data folder.</summary>
    public const string FileName = "operator.password";

    private const string Setting = "WALLETGRAINS_OPERATOR_PASSWORD";
    private const string Email = "operator@walletgrains.local";
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>One id for all hosts: those that start together create one operator.</summary>
    private static readonly Guid UserId = new("00000000-0000-7000-8000-000000000001");

    private bool MayCreate => !environment.IsProduction() || IsConfigured;

    private bool IsConfigured => !string.IsNullOrEmpty(configuration[Setting]);

    /// <summary>Looks whether there is an operator where none may be created.</summary>
    /// <exception cref="StartupException">There is none.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!MayCreate)
        {
            try
            {
                if (await grains.GetGrain<IUserGrain>(UserId).GetAsync() is null)
                {
                    throw new StartupException(
                        $"{Setting} is missing: there is no operator yet, and in Production no password is generated. It is needed for the first start only.");
                }

                return;
            }
            catch (Exception e) when (IsOutage(e))
            {
                LogPostponed(logger, e);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                var user = grains.GetGrain<IUserGrain>(UserId);
                if (await user.GetAsync() is not null)
                {
                    return;
                }

                if (!MayCreate)
                {
                    LogMissing(logger);
                    return;
                }

                var file = Path.Combine(settings.DataFolder, FileName);
                var password = IsConfigured
                    ? configuration[Setting]!
                    : KeyFile.ReadOrGenerate(file, static () => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 20));
                Tell(await user.RegisterAsync(new RegisterUser(Email, password, "Operator", null, UserRole.Operator, null)), password, file);
                return;
            }
            catch (Exception e) when (IsOutage(e))
            {
                LogPostponed(logger, e);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private static bool IsOutage(Exception e) => e is UnavailableException or OutcomeUnknownException or TimeoutException or OrleansException;

    private void Tell(RegisterOutcome outcome, string password, string file)
    {
        if (outcome is RegisterOutcome.PasswordRefused refused)
        {
            LogRefused(logger, refused.Refusal);
        }
        else if (outcome is RegisterOutcome.Registered && !IsConfigured)
        {
            Console.WriteLine($"The first operator is {Email} with the password {password} (also in {file})");
        }
    }

    [LoggerMessage(4001, LogLevel.Error, "WALLETGRAINS_OPERATOR_PASSWORD is refused ({Refusal}); no operator was created. It needs at least 10 characters and must not be a common password")]
    private static partial void LogRefused(ILogger logger, PasswordRefusal refusal);

    [LoggerMessage(4002, LogLevel.Warning, "The first operator cannot be looked up yet")]
    private static partial void LogPostponed(ILogger logger, Exception exception);

    [LoggerMessage(4009, LogLevel.Error, "There is no operator, and WALLETGRAINS_OPERATOR_PASSWORD is not set: set it and start again")]
    private static partial void LogMissing(ILogger logger);
}
