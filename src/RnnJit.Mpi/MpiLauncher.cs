using System.Globalization;

namespace RnnJit.Mpi;

/// <summary>The environment variables of launchers: mpirun of Open MPI, that of MPICH and its relatives, and srun.</summary>
internal static class MpiLauncher
{
    private static readonly (string Size, string LocalRank)[] Variables =
        [("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"), ("PMI_SIZE", "MPI_LOCALRANKID"), ("SLURM_NTASKS", "SLURM_LOCALID")];

    /// <summary>The variable that announces the most ranks, and their number; null where none announces more than one.</summary>
    public static (string Variable, int Ranks)? Announced(Func<string, string?> variable)
    {
        (string, int Ranks)? most = null;
        foreach (var (size, _) in Variables)
        {
            if (Number(variable(size)) is > 1 and { } ranks && (most is null || ranks > most.Value.Ranks))
                most = (size, ranks);
        }

        return most;
    }

    /// <summary>The number of this process among those of its machine; 0 where there is no launcher.</summary>
    public static int LocalRank(Func<string, string?> variable) =>
        Variables.Select(pair => Number(variable(pair.LocalRank))).FirstOrDefault(rank => rank is not null) ?? 0;

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
