using System.Security.Cryptography;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Host.Startup;

/// <summary>
/// Creates the first operator at the first start. Its password is WALLETGRAINS_OPERATOR_PASSWORD, or generated and printed
/// once; it is never logged.
/// </summary>
internal sealed partial class FirstOperator(IGrainFactory grains, IConfiguration configuration, TimeProvider time, ILogger<FirstOperator> logger)
    : BackgroundService
{
    private const string Email = "operator@walletgrains.local";
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>One id for all hosts: those that start together create one operator.</summary>
    private static readonly Guid UserId = new("00000000-0000-7000-8000-000000000001");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var configured = configuration["WALLETGRAINS_OPERATOR_PASSWORD"];
        var password = string.IsNullOrEmpty(configured) ? RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 20) : configured;
        while (true)
        {
            try
            {
                var user = grains.GetGrain<IUserGrain>(UserId);
                if (await user.GetAsync() is null)
                {
                    Tell(await user.RegisterAsync(new RegisterUser(Email, password, "Operator", null, UserRole.Operator, null)), password, string.IsNullOrEmpty(configured));
                }

                return;
            }
            catch (Exception e) when (e is UnavailableException or OutcomeUnknownException or TimeoutException or OrleansException)
            {
                LogPostponed(logger, e);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private void Tell(RegisterOutcome outcome, string password, bool generated)
    {
        if (outcome is RegisterOutcome.PasswordRefused refused)
        {
            LogRefused(logger, refused.Refusal);
        }
        else if (outcome is RegisterOutcome.Registered && generated)
        {
            Console.WriteLine($"The first operator is {Email} with the password {password} (shown only now)");
        }
    }

    [LoggerMessage(4001, LogLevel.Error, "WALLETGRAINS_OPERATOR_PASSWORD is refused ({Refusal}); no operator was created. It needs at least 10 characters and must not be a common password")]
    private static partial void LogRefused(ILogger logger, PasswordRefusal refusal);

    [LoggerMessage(4002, LogLevel.Warning, "The first operator cannot be looked up yet")]
    private static partial void LogPostponed(ILogger logger, Exception exception);
}
