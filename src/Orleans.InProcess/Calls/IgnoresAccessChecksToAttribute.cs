namespace System.Runtime.CompilerServices;

/// <summary>Lets generated references use types that are internal to the named assembly. The CLR knows the attribute by its name.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
