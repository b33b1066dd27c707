namespace ZiGong.FlowTests;

/// <summary>Figures of the tiny experiment of <see cref="FidelityTests"/>, noted when it still trained in the process of the command.</summary>
internal static class FidelityGolden
{
    public static readonly string[] Lines =
    [
        "tracseq: 0.132 0.105 0.200 0.677 0.250 0.536",
        "gamma 1: 0.163 0.160 0.400 0.673 0.250 0.520",
        "sample clock: 0.061 0.048 0.400 0.613 0.250 0.662",
        "exact: 0.125 0.090 0.300 0.739 0.333 0.762",
        "dot: 0.160 0.136 0.000 0.613 0.250 0.511",
        "tracincp: 0.240 0.248 0.000 0.812 0.250 0.706",
        "adam: 0.136 0.121 0.500 0.691 0.250 0.632",
        "adam dot: 0.169 0.171 -0.200 0.605 0.250 0.462",
        "fisher: 0.213 0.348 0.200 0.509 0.000 0.326",
        "fisher dot: 0.236 0.310 0.200 0.466 0.000 0.333",
        "layers: 0.051 0.062 0.200 0.657 0.167 0.527",
        "random: -0.029 -0.083 0.400 0.414 0.000 0.022",
        "same class: -0.026 -0.026 0.000 0.806 0.250 1.000",
        "-loss: 0.026 0.057 0.800 0.731 0.167 0.901",
        "tracseq centred: 0.296 0.352 0.200 0.475 0.083 0.344",
        "adam centred: 0.283 0.317 0.500 0.526 0.167 0.568",
        "layers centred: 0.268 0.324 0.200 0.480 0.167 0.496",
        "tracseq -loss: 0.126 0.155 0.400 0.750 0.167 0.813",
        "layers -loss: 0.095 0.126 0.700 0.756 0.250 0.837",
        "last: 0.077 0.017 0.300 0.662 0.250 0.568",
        "-self: 0.096 0.086 0.800 0.787 0.083 0.666",
    ];
}
