namespace RnnJit.Files;

/// <summary>
/// Element types of the format, by increasing alignment as the reference implementation lists them: its writer orders tensors by this list,
/// from the end.
/// </summary>
public enum SafetensorsDtype
{
    Bool,
    F4,
    F6E2M3,
    F6E3M2,
    U8,
    I8,
    F8E5M2,
    F8E4M3,
    F8E8M0,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    C64,
    F64,
    I64,
    U64,
}
