using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>
/// Writes, once per interface, a reference class and one <see cref="Call"/> class per method with a typed field per argument.
/// A call then costs no reflection, no boxing and no argument array.
/// </summary>
internal static class GrainReferenceEmitter
{
    private const BindingFlags Internal = BindingFlags.Instance | BindingFlags.NonPublic;

    private const MethodAttributes Overriding =
        MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig;

    /// <summary>The methods of the interface and of those it extends, in a fixed order.</summary>
    public static MethodInfo[] MethodsOf(Type interfaceType) =>
        interfaceType.GetInterfaces()
            .Prepend(interfaceType)
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public))
            .Where(method => method.IsAbstract)
            .ToArray();

    public static Func<GrainInterface, GrainId, GrainReference> Emit(Type interfaceType, MethodInfo[] methods)
    {
        if (!interfaceType.IsInterface)
            throw new ArgumentException($"{interfaceType} is not an interface.");

        var module = DefineModule(interfaceType, methods);
        var constructor = typeof(GrainReference).GetConstructors(Internal).Single();
        var type = module.DefineType(
            $"{interfaceType.FullName}Reference", TypeAttributes.Class | TypeAttributes.Sealed, typeof(GrainReference), [interfaceType]);

        var parameters = Array.ConvertAll(constructor.GetParameters(), parameter => parameter.ParameterType);
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, parameters).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Call, constructor);
        il.Emit(OpCodes.Ret);

        for (var i = 0; i < methods.Length; i++)
            EmitMethod(type, methods[i], i, EmitCall(module, interfaceType, methods[i], i));

        return Creator(type.CreateType(), parameters);
    }

    private static ModuleBuilder DefineModule(Type interfaceType, MethodInfo[] methods)
    {
        var name = new AssemblyName($"{interfaceType.FullName}.References");
        var assembly = AssemblyBuilder.DefineDynamicAssembly(name, AssemblyBuilderAccess.Run);
        var ignoresAccessChecks = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;

        // Grain interfaces, and the types in their signatures, may be internal to their assemblies.
        var used = methods
            .SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType))
            .SelectMany(type => type.IsGenericType ? type.GetGenericArguments().Append(type) : [type])
            .Append(interfaceType)
            .Append(typeof(GrainReference))
            .Concat(interfaceType.GetInterfaces());

        foreach (var assemblyName in used.Select(type => type.Assembly.GetName().Name!).Distinct())
            assembly.SetCustomAttribute(new CustomAttributeBuilder(ignoresAccessChecks, [assemblyName]));

        return assembly.DefineDynamicModule(name.Name!);
    }

    private sealed record EmittedCall(Type Type, ConstructorInfo Constructor, FieldInfo[] Arguments);

    private static EmittedCall EmitCall(ModuleBuilder module, Type interfaceType, MethodInfo method, int index)
    {
        var result = ResultOf(method);
        var parent = result is null ? typeof(ActionCall) : typeof(Call<>).MakeGenericType(result);
        var type = module.DefineType(
            $"{interfaceType.FullName}.{method.Name}.{index}", TypeAttributes.Class | TypeAttributes.Sealed, parent);

        var constructor = type.DefineDefaultConstructor(MethodAttributes.Public);
        var parameters = method.GetParameters();
        var fields = Array.ConvertAll<ParameterInfo, FieldInfo>(
            parameters, parameter => type.DefineField($"_{parameter.Position}", parameter.ParameterType, FieldAttributes.Public));

        EmitInvoke(type, parent, method, fields);
        EmitArgumentAccess(type, fields);
        if (Array.Find(fields, field => field.FieldType == typeof(CancellationToken)) is { } token)
            EmitTokenAccess(type, token);

        return new EmittedCall(type.CreateType(), constructor, fields);
    }

    // protected override Task<R> InvokeTarget(object grain) => ((IInterface)grain).Method(_0, _1, …)
    private static void EmitInvoke(TypeBuilder type, Type parent, MethodInfo method, FieldInfo[] fields)
    {
        var inherited = parent.GetMethod("InvokeTarget", Internal)!;
        var invoke = type.DefineMethod(
            inherited.Name, MethodAttributes.Family | MethodAttributes.Virtual | MethodAttributes.HideBySig, inherited.ReturnType, [typeof(object)]);
        var il = invoke.GetILGenerator();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Castclass, method.DeclaringType!);
        foreach (var field in fields)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
        }

        il.Emit(OpCodes.Callvirt, method);
        if (method.ReturnType == typeof(void))
        {
            il.Emit(OpCodes.Call, typeof(Task).GetProperty(nameof(Task.CompletedTask))!.GetMethod!);
        }
        else if (method.ReturnType.IsValueType)
        {
            var valueTask = il.DeclareLocal(method.ReturnType);
            il.Emit(OpCodes.Stloc, valueTask);
            il.Emit(OpCodes.Ldloca, valueTask);
            il.Emit(OpCodes.Call, method.ReturnType.GetMethod(nameof(ValueTask.AsTask))!);
        }

        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(invoke, inherited);
    }

    private static void EmitArgumentAccess(TypeBuilder type, FieldInfo[] fields)
    {
        var il = type.DefineMethod(nameof(Call.GetArgumentCount), Overriding, typeof(int), []).GetILGenerator();
        il.Emit(OpCodes.Ldc_I4, fields.Length);
        il.Emit(OpCodes.Ret);
        if (fields.Length == 0)
            return;

        il = type.DefineMethod(nameof(Call.GetArgument), Overriding, typeof(object), [typeof(int)]).GetILGenerator();
        EmitSwitch(il, fields, field =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
            il.Emit(OpCodes.Box, field.FieldType);
        });

        il = type.DefineMethod(nameof(Call.SetArgument), Overriding, typeof(void), [typeof(int), typeof(object)]).GetILGenerator();
        EmitSwitch(il, fields, field =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Unbox_Any, field.FieldType);
            il.Emit(OpCodes.Stfld, field);
        });
    }

    private static void EmitSwitch(ILGenerator il, FieldInfo[] fields, Action<FieldInfo> emitCase)
    {
        var labels = Array.ConvertAll(fields, _ => il.DefineLabel());
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Switch, labels);
        il.Emit(OpCodes.Newobj, typeof(ArgumentOutOfRangeException).GetConstructor([])!);
        il.Emit(OpCodes.Throw);
        for (var i = 0; i < fields.Length; i++)
        {
            il.MarkLabel(labels[i]);
            emitCase(fields[i]);
            il.Emit(OpCodes.Ret);
        }
    }

    private static void EmitTokenAccess(TypeBuilder type, FieldInfo token)
    {
        var il = type.DefineMethod(nameof(Call.GetCancellationToken), Overriding, typeof(CancellationToken), []).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, token);
        il.Emit(OpCodes.Ret);

        var inherited = typeof(Call).GetMethod(nameof(Call.SetCancellationToken), Internal)!;
        var set = type.DefineMethod(
            inherited.Name, MethodAttributes.Assembly | MethodAttributes.Virtual | MethodAttributes.HideBySig, typeof(void), [typeof(CancellationToken)]);
        il = set.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Stfld, token);
        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(set, inherited);
    }

    // R Method(args) { var call = new MethodCall { _0 = arg0, … }; return Send(call, index); }
    private static void EmitMethod(TypeBuilder type, MethodInfo method, int index, EmittedCall call)
    {
        var parameters = Array.ConvertAll(method.GetParameters(), parameter => parameter.ParameterType);
        var implementation = type.DefineMethod(
            $"{method.DeclaringType!.FullName}.{method.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
            method.ReturnType,
            parameters);

        var il = implementation.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Newobj, call.Constructor);
        for (var i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldarg, (short)(i + 1));
            il.Emit(OpCodes.Stfld, call.Arguments[i]);
        }

        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Call, SendFor(ResultOf(method)));
        if (method.ReturnType == typeof(void))
            il.Emit(OpCodes.Pop);
        else if (method.ReturnType.IsValueType)
            il.Emit(OpCodes.Newobj, method.ReturnType.GetConstructors().Single(c => typeof(Task).IsAssignableFrom(c.GetParameters()[0].ParameterType)));

        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(implementation, method);
    }

    private static MethodInfo SendFor(Type? result)
    {
        var send = typeof(GrainReference).GetMethods(Internal)
            .Single(method => method.Name == nameof(GrainReference.Send) && method.IsGenericMethodDefinition == result is not null);
        return result is null ? send : send.MakeGenericMethod(result);
    }

    /// <summary>The result type of a grain method, or null when it has none.</summary>
    private static Type? ResultOf(MethodInfo method)
    {
        var type = method.ReturnType;
        if (!method.IsGenericMethod && !method.GetParameters().Any(parameter => parameter.ParameterType.IsByRef))
        {
            if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
                return null;

            if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
                return type.GetGenericArguments()[0];
        }

        throw new NotSupportedException(
            $"{method.DeclaringType}.{method.Name} cannot be called: grain methods are not generic, take no ref arguments and return Task, Task<T>, ValueTask, ValueTask<T> or, on observers, void.");
    }

    private static Func<GrainInterface, GrainId, GrainReference> Creator(Type type, Type[] parameters)
    {
        var create = new DynamicMethod($"New{type.Name}", typeof(GrainReference), parameters, type.Module, skipVisibility: true);
        var il = create.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Newobj, type.GetConstructor(parameters)!);
        il.Emit(OpCodes.Ret);
        return create.CreateDelegate<Func<GrainInterface, GrainId, GrainReference>>();
    }
}
