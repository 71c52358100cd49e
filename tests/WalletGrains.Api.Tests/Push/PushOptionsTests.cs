using WalletGrains.Api.Push;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

public sealed class PushOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.True(new PushOptions.Validator().Validate(null, new PushOptions()).Succeeded);

    [Theory]
    [InlineData("MaxConnections", 0, 0, 1, 0)]
    [InlineData("MaxConnections", 100_001, 1, 1, 0)]
    [InlineData("MaxConnectionsPerUser", 10, 0, 1, 0)]
    [InlineData("MaxConnectionsPerUser", 10, 11, 1, 0)]
    [InlineData("SlowClientSeconds", 10, 1, 0, 0)]
    [InlineData("SlowClientSeconds", 10, 1, 61, 0)]
    [InlineData("ResumeWindowMilliseconds", 10, 1, 1, -1)]
    [InlineData("ResumeWindowMilliseconds", 10, 1, 1, 10_001)]
    public void What_is_wrong_is_named(string setting, int all, int perUser, int slowSeconds, int windowMilliseconds)
    {
        var result = new PushOptions.Validator().Validate(null, new PushOptions
        {
            MaxConnections = all,
            MaxConnectionsPerUser = perUser,
            SlowClientSeconds = slowSeconds,
            ResumeWindowMilliseconds = windowMilliseconds,
        });
        Assert.StartsWith($"Push:{setting} is", Assert.Single(result.Failures!, failure => failure.Contains(setting + " ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
