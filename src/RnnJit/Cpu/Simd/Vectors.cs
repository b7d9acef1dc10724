using System.ComponentModel;

namespace RnnJit.Cpu.Simd;

// Members: generators/RnnJit.Generators/SimdVectors/SimdVectorSource.cs.

/// <summary>4 × float in a vector of 128 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SimdVector(128, typeof(float))]
public partial struct Vec128F32;

/// <summary>2 × double in a vector of 128 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SimdVector(128, typeof(double))]
public partial struct Vec128F64;

/// <summary>8 × float in a vector of 256 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SimdVector(256, typeof(float))]
public partial struct Vec256F32;

/// <summary>4 × double in a vector of 256 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SimdVector(256, typeof(double))]
public partial struct Vec256F64;

/// <summary>16 × float in a vector of 512 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SimdVector(512, typeof(float))]
public partial struct Vec512F32;

/// <summary>8 × double in a vector of 512 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SimdVector(512, typeof(double))]
public partial struct Vec512F64;
