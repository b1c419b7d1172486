//! The units of UCUM and their definitions: each as a number of another unit, down to seven base
//! units.

use super::factor::Factor;
use super::{Scale, Unit};
use rust_decimal::Decimal;

/// Prefixes and their powers of ten; the binary ones follow below.
const PREFIXES: &[(&str, i32)] = &[
    ("da", 1),
    ("Y", 24),
    ("Z", 21),
    ("E", 18),
    ("P", 15),
    ("T", 12),
    ("G", 9),
    ("M", 6),
    ("k", 3),
    ("h", 2),
    ("d", -1),
    ("c", -2),
    ("m", -3),
    ("u", -6),
    ("n", -9),
    ("p", -12),
    ("f", -15),
    ("a", -18),
    ("z", -21),
    ("y", -24),
];

const BINARY_PREFIXES: &[(&str, i64)] = &[
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("Ti", 1 << 40),
];

const BASE: [&str; 7] = ["m", "s", "g", "rad", "K", "C", "cd"];

/// Whether a unit takes prefixes.
const METRIC: bool = true;
const PLAIN: bool = false;

/// The unit of a symbol with or without a prefix.
pub(super) fn find(symbol: &str) -> Option<Unit> {
    if let Some((unit, _)) = atom(symbol) {
        return Some(unit);
    }
    let prefixed = |prefix: &str, factor: Factor| {
        let (unit, metric) = atom(symbol.strip_prefix(prefix)?)?;
        let factor = unit.factor.times(&factor)?;
        // A step of a milli-degree starts where the degree does: only the size changes.
        (metric && unit.scale.is_none()).then_some(Unit { factor, ..unit })
    };
    PREFIXES
        .iter()
        .find_map(|&(prefix, power)| prefixed(prefix, Factor::ten_to(power)))
        .or_else(|| {
            BINARY_PREFIXES.iter().find_map(|&(prefix, number)| {
                prefixed(prefix, Factor::number(Decimal::from(number)))
            })
        })
}

fn atom(symbol: &str) -> Option<(Unit, bool)> {
    if let Some(index) = BASE.iter().position(|base| *base == symbol) {
        let mut unit = Unit::ONE;
        unit.dimension[index] = 1;
        return Some((unit, METRIC));
    }
    if matches!(symbol, "10*" | "10^") {
        let factor = Factor::ten_to(1);
        return Some((
            Unit {
                factor,
                ..Unit::ONE
            },
            PLAIN,
        ));
    }
    let scale = match symbol {
        "Cel" => Some(Scale::Celsius),
        "[degF]" => Some(Scale::Fahrenheit),
        "[degRe]" => Some(Scale::Reaumur),
        _ => None,
    };
    if scale.is_some() {
        let (kelvin, _) = atom("K")?;
        return Some((Unit { scale, ..kelvin }, symbol == "Cel"));
    }
    if let Some(&(name, metric)) = ARBITRARY.iter().find(|(name, _)| *name == symbol) {
        let unit = Unit {
            arbitrary: vec![(name, 1)],
            ..Unit::ONE
        };
        return Some((unit, metric));
    }
    let &(_, metric, number, of) = DERIVED.iter().find(|(name, ..)| *name == symbol)?;
    let number: Decimal = number.parse().ok()?;
    let base = super::grammar::parse(of).ok()?;
    let factor = base.factor.times(&Factor::number(number))?;
    Some((Unit { factor, ..base }, metric))
}

/// Units that convert to nothing else: biological and arbitrary units, and logarithmic scales.
const ARBITRARY: &[(&str, bool)] = &[
    ("[iU]", METRIC),
    ("[IU]", METRIC),
    ("[arb'U]", PLAIN),
    ("[USP'U]", PLAIN),
    ("[GPL'U]", PLAIN),
    ("[MPL'U]", PLAIN),
    ("[APL'U]", PLAIN),
    ("[beth'U]", PLAIN),
    ("[anti'Xa'U]", PLAIN),
    ("[todd'U]", PLAIN),
    ("[dye'U]", PLAIN),
    ("[smgy'U]", PLAIN),
    ("[bdsk'U]", PLAIN),
    ("[ka'U]", PLAIN),
    ("[knk'U]", PLAIN),
    ("[mclg'U]", PLAIN),
    ("[tb'U]", PLAIN),
    ("[CCID_50]", PLAIN),
    ("[TCID_50]", PLAIN),
    ("[EID_50]", PLAIN),
    ("[PFU]", PLAIN),
    ("[FFU]", PLAIN),
    ("[CFU]", PLAIN),
    ("[IR]", PLAIN),
    ("[BAU]", PLAIN),
    ("[AU]", PLAIN),
    ("[Amb'a'1'U]", PLAIN),
    ("[PNU]", PLAIN),
    ("[Lf]", PLAIN),
    ("[D'ag'U]", PLAIN),
    ("[FEU]", PLAIN),
    ("[ELU]", PLAIN),
    ("[EU]", PLAIN),
    ("[hnsf'U]", PLAIN),
    ("[drp]", PLAIN),
    ("[hp_X]", PLAIN),
    ("[hp_C]", PLAIN),
    ("[hp_M]", PLAIN),
    ("[hp_Q]", PLAIN),
    ("[kp_X]", PLAIN),
    ("[kp_C]", PLAIN),
    ("[kp_M]", PLAIN),
    ("[kp_Q]", PLAIN),
    ("[p'diop]", PLAIN),
    ("%[slope]", PLAIN),
    ("[m/s2/Hz^0.5]", PLAIN),
    ("[pH]", PLAIN),
    ("Np", METRIC),
    ("B", METRIC),
    ("B[SPL]", METRIC),
    ("B[V]", METRIC),
    ("B[mV]", METRIC),
    ("B[uV]", METRIC),
    ("B[10.nV]", METRIC),
    ("B[W]", METRIC),
    ("B[kW]", METRIC),
    ("bit_s", PLAIN),
];

/// Symbol, whether it takes prefixes, and how many of which unit it is.
const DERIVED: &[(&str, bool, &str, &str)] = &[
    ("[pi]", PLAIN, "3.1415926535897932384626433833", "1"),
    ("%", PLAIN, "0.01", "1"),
    ("[ppth]", PLAIN, "0.001", "1"),
    ("[ppm]", PLAIN, "0.000001", "1"),
    ("[ppb]", PLAIN, "0.000000001", "1"),
    ("[pptr]", PLAIN, "0.000000000001", "1"),
    ("mol", METRIC, "6.0221367", "10*23"),
    ("sr", METRIC, "1", "rad2"),
    ("Hz", METRIC, "1", "s-1"),
    ("N", METRIC, "1", "kg.m/s2"),
    ("Pa", METRIC, "1", "N/m2"),
    ("J", METRIC, "1", "N.m"),
    ("W", METRIC, "1", "J/s"),
    ("A", METRIC, "1", "C/s"),
    ("V", METRIC, "1", "J/C"),
    ("F", METRIC, "1", "C/V"),
    ("Ohm", METRIC, "1", "V/A"),
    ("S", METRIC, "1", "Ohm-1"),
    ("Wb", METRIC, "1", "V.s"),
    ("T", METRIC, "1", "Wb/m2"),
    ("H", METRIC, "1", "Wb/A"),
    ("lm", METRIC, "1", "cd.sr"),
    ("lx", METRIC, "1", "lm/m2"),
    ("Bq", METRIC, "1", "s-1"),
    ("Gy", METRIC, "1", "J/kg"),
    ("Sv", METRIC, "1", "J/kg"),
    ("gon", PLAIN, "0.9", "deg"),
    ("deg", PLAIN, "2", "[pi].rad/360"),
    ("'", PLAIN, "1", "deg/60"),
    ("''", PLAIN, "1", "'/60"),
    ("l", METRIC, "1", "dm3"),
    ("L", METRIC, "1", "dm3"),
    ("ar", METRIC, "100", "m2"),
    ("min", PLAIN, "60", "s"),
    ("h", PLAIN, "60", "min"),
    ("d", PLAIN, "24", "h"),
    ("a_t", PLAIN, "365.24219", "d"),
    ("a_j", PLAIN, "365.25", "d"),
    ("a_g", PLAIN, "365.2425", "d"),
    ("a", PLAIN, "365.25", "d"),
    ("wk", PLAIN, "7", "d"),
    ("mo_s", PLAIN, "29.53059", "d"),
    ("mo_j", PLAIN, "1", "a_j/12"),
    ("mo_g", PLAIN, "1", "a_g/12"),
    ("mo", PLAIN, "1", "a_j/12"),
    ("t", METRIC, "1000", "kg"),
    ("bar", METRIC, "100000", "Pa"),
    ("u", METRIC, "1.6605402", "10*-24.g"),
    ("eV", METRIC, "1.60217733", "10*-19.J"),
    ("AU", PLAIN, "149597.870691", "Mm"),
    ("pc", METRIC, "3.085678", "10*16.m"),
    ("[c]", METRIC, "299792458", "m/s"),
    ("[h]", METRIC, "6.6260755", "10*-34.J.s"),
    ("[k]", METRIC, "1.380658", "10*-23.J/K"),
    ("[eps_0]", METRIC, "8.854187817", "10*-12.F/m"),
    ("[mu_0]", METRIC, "4", "[pi].10*-7.N/A2"),
    ("[e]", METRIC, "1.60217733", "10*-19.C"),
    ("[m_e]", METRIC, "9.1093897", "10*-28.g"),
    ("[m_p]", METRIC, "1.6726231", "10*-24.g"),
    ("[G]", METRIC, "6.67259", "10*-11.m3.kg-1.s-2"),
    ("[g]", METRIC, "9.80665", "m/s2"),
    ("atm", PLAIN, "101325", "Pa"),
    ("[ly]", METRIC, "1", "[c].a_j"),
    ("gf", METRIC, "1", "g.[g]"),
    ("[lbf_av]", PLAIN, "1", "[lb_av].[g]"),
    ("Ky", METRIC, "1", "cm-1"),
    ("Gal", METRIC, "1", "cm/s2"),
    ("dyn", METRIC, "1", "g.cm/s2"),
    ("erg", METRIC, "1", "dyn.cm"),
    ("P", METRIC, "1", "dyn.s/cm2"),
    ("Bi", METRIC, "10", "A"),
    ("St", METRIC, "1", "cm2/s"),
    ("Mx", METRIC, "1", "10*-8.Wb"),
    ("G", METRIC, "0.0001", "T"),
    ("Oe", METRIC, "250", "/[pi].A/m"),
    ("Gb", METRIC, "1", "Oe.cm"),
    ("sb", METRIC, "1", "cd/cm2"),
    ("Lmb", METRIC, "1", "cd/cm2/[pi]"),
    ("ph", METRIC, "0.0001", "lx"),
    ("Ci", METRIC, "37000000000", "Bq"),
    ("R", METRIC, "0.000258", "C/kg"),
    ("RAD", METRIC, "100", "erg/g"),
    ("REM", METRIC, "1", "RAD"),
    ("[in_i]", PLAIN, "2.54", "cm"),
    ("[ft_i]", PLAIN, "12", "[in_i]"),
    ("[yd_i]", PLAIN, "3", "[ft_i]"),
    ("[mi_i]", PLAIN, "5280", "[ft_i]"),
    ("[fth_i]", PLAIN, "6", "[ft_i]"),
    ("[nmi_i]", PLAIN, "1852", "m"),
    ("[kn_i]", PLAIN, "1", "[nmi_i]/h"),
    ("[sin_i]", PLAIN, "1", "[in_i]2"),
    ("[sft_i]", PLAIN, "1", "[ft_i]2"),
    ("[syd_i]", PLAIN, "1", "[yd_i]2"),
    ("[cin_i]", PLAIN, "1", "[in_i]3"),
    ("[cft_i]", PLAIN, "1", "[ft_i]3"),
    ("[cyd_i]", PLAIN, "1", "[yd_i]3"),
    ("[bf_i]", PLAIN, "144", "[in_i]3"),
    ("[cr_i]", PLAIN, "128", "[ft_i]3"),
    ("[mil_i]", PLAIN, "0.001", "[in_i]"),
    ("[cml_i]", PLAIN, "1", "[pi]/4.[mil_i]2"),
    ("[hd_i]", PLAIN, "4", "[in_i]"),
    ("[ft_us]", PLAIN, "1200", "m/3937"),
    ("[yd_us]", PLAIN, "3", "[ft_us]"),
    ("[in_us]", PLAIN, "1", "[ft_us]/12"),
    ("[rd_us]", PLAIN, "16.5", "[ft_us]"),
    ("[ch_us]", PLAIN, "4", "[rd_us]"),
    ("[lk_us]", PLAIN, "1", "[ch_us]/100"),
    ("[rch_us]", PLAIN, "100", "[ft_us]"),
    ("[rlk_us]", PLAIN, "1", "[rch_us]/100"),
    ("[fth_us]", PLAIN, "6", "[ft_us]"),
    ("[fur_us]", PLAIN, "40", "[rd_us]"),
    ("[mi_us]", PLAIN, "8", "[fur_us]"),
    ("[acr_us]", PLAIN, "160", "[rd_us]2"),
    ("[srd_us]", PLAIN, "1", "[rd_us]2"),
    ("[smi_us]", PLAIN, "1", "[mi_us]2"),
    ("[sct]", PLAIN, "1", "[mi_us]2"),
    ("[twp]", PLAIN, "36", "[sct]"),
    ("[mil_us]", PLAIN, "0.001", "[in_us]"),
    ("[in_br]", PLAIN, "2.539998", "cm"),
    ("[ft_br]", PLAIN, "12", "[in_br]"),
    ("[rd_br]", PLAIN, "16.5", "[ft_br]"),
    ("[ch_br]", PLAIN, "4", "[rd_br]"),
    ("[lk_br]", PLAIN, "1", "[ch_br]/100"),
    ("[fth_br]", PLAIN, "6", "[ft_br]"),
    ("[pc_br]", PLAIN, "2.5", "[ft_br]"),
    ("[yd_br]", PLAIN, "3", "[ft_br]"),
    ("[mi_br]", PLAIN, "5280", "[ft_br]"),
    ("[nmi_br]", PLAIN, "6080", "[ft_br]"),
    ("[kn_br]", PLAIN, "1", "[nmi_br]/h"),
    ("[acr_br]", PLAIN, "4840", "[yd_br]2"),
    ("[gal_us]", PLAIN, "231", "[in_i]3"),
    ("[bbl_us]", PLAIN, "42", "[gal_us]"),
    ("[qt_us]", PLAIN, "1", "[gal_us]/4"),
    ("[pt_us]", PLAIN, "1", "[qt_us]/2"),
    ("[gil_us]", PLAIN, "1", "[pt_us]/4"),
    ("[foz_us]", PLAIN, "1", "[gil_us]/4"),
    ("[fdr_us]", PLAIN, "1", "[foz_us]/8"),
    ("[min_us]", PLAIN, "1", "[fdr_us]/60"),
    ("[crd_us]", PLAIN, "128", "[ft_i]3"),
    ("[bu_us]", PLAIN, "2150.42", "[in_i]3"),
    ("[gal_wi]", PLAIN, "1", "[bu_us]/8"),
    ("[pk_us]", PLAIN, "1", "[bu_us]/4"),
    ("[dqt_us]", PLAIN, "1", "[pk_us]/8"),
    ("[dpt_us]", PLAIN, "1", "[dqt_us]/2"),
    ("[tbs_us]", PLAIN, "1", "[foz_us]/2"),
    ("[tsp_us]", PLAIN, "1", "[tbs_us]/3"),
    ("[cup_us]", PLAIN, "16", "[tbs_us]"),
    ("[foz_m]", PLAIN, "30", "mL"),
    ("[cup_m]", PLAIN, "240", "mL"),
    ("[tsp_m]", PLAIN, "5", "mL"),
    ("[tbs_m]", PLAIN, "15", "mL"),
    ("[gal_br]", PLAIN, "4.54609", "l"),
    ("[pk_br]", PLAIN, "2", "[gal_br]"),
    ("[bu_br]", PLAIN, "4", "[pk_br]"),
    ("[qt_br]", PLAIN, "1", "[gal_br]/4"),
    ("[pt_br]", PLAIN, "1", "[qt_br]/2"),
    ("[gil_br]", PLAIN, "1", "[pt_br]/4"),
    ("[foz_br]", PLAIN, "1", "[gil_br]/5"),
    ("[fdr_br]", PLAIN, "1", "[foz_br]/8"),
    ("[min_br]", PLAIN, "1", "[fdr_br]/60"),
    ("[gr]", PLAIN, "64.79891", "mg"),
    ("[lb_av]", PLAIN, "7000", "[gr]"),
    ("[oz_av]", PLAIN, "1", "[lb_av]/16"),
    ("[dr_av]", PLAIN, "1", "[oz_av]/16"),
    ("[scwt_av]", PLAIN, "100", "[lb_av]"),
    ("[lcwt_av]", PLAIN, "112", "[lb_av]"),
    ("[ston_av]", PLAIN, "20", "[scwt_av]"),
    ("[lton_av]", PLAIN, "20", "[lcwt_av]"),
    ("[stone_av]", PLAIN, "14", "[lb_av]"),
    ("[pwt_tr]", PLAIN, "24", "[gr]"),
    ("[oz_tr]", PLAIN, "20", "[pwt_tr]"),
    ("[lb_tr]", PLAIN, "12", "[oz_tr]"),
    ("[sc_ap]", PLAIN, "20", "[gr]"),
    ("[dr_ap]", PLAIN, "3", "[sc_ap]"),
    ("[oz_ap]", PLAIN, "8", "[dr_ap]"),
    ("[lb_ap]", PLAIN, "12", "[oz_ap]"),
    ("[oz_m]", PLAIN, "28", "g"),
    ("[lne]", PLAIN, "1", "[in_i]/12"),
    ("[pnt]", PLAIN, "1", "[lne]/6"),
    ("[pca]", PLAIN, "12", "[pnt]"),
    ("[pnt_pr]", PLAIN, "0.013837", "[in_i]"),
    ("[pca_pr]", PLAIN, "12", "[pnt_pr]"),
    ("[pied]", PLAIN, "32.48", "cm"),
    ("[pouce]", PLAIN, "1", "[pied]/12"),
    ("[ligne]", PLAIN, "1", "[pouce]/12"),
    ("[didot]", PLAIN, "1", "[ligne]/6"),
    ("[cicero]", PLAIN, "12", "[didot]"),
    ("[degR]", PLAIN, "5", "K/9"),
    ("cal_[15]", METRIC, "4.1858", "J"),
    ("cal_[20]", METRIC, "4.1819", "J"),
    ("cal_m", METRIC, "4.19002", "J"),
    ("cal_IT", METRIC, "4.1868", "J"),
    ("cal_th", METRIC, "4.184", "J"),
    ("cal", METRIC, "4.184", "J"),
    ("[Cal]", PLAIN, "1", "kcal_th"),
    ("[Btu_39]", PLAIN, "1.05967", "kJ"),
    ("[Btu_59]", PLAIN, "1.0548", "kJ"),
    ("[Btu_60]", PLAIN, "1.05468", "kJ"),
    ("[Btu_m]", PLAIN, "1.05587", "kJ"),
    ("[Btu_IT]", PLAIN, "1.05505585262", "kJ"),
    ("[Btu_th]", PLAIN, "1.05435", "kJ"),
    ("[Btu]", PLAIN, "1.05435", "kJ"),
    ("[HP]", PLAIN, "550", "[ft_i].[lbf_av]/s"),
    ("tex", METRIC, "1", "g/km"),
    ("[den]", PLAIN, "1", "g/9/km"),
    ("m[H2O]", METRIC, "9.80665", "kPa"),
    ("m[Hg]", METRIC, "133.322", "kPa"),
    ("[in_i'H2O]", PLAIN, "1", "m[H2O].[in_i]/m"),
    ("[in_i'Hg]", PLAIN, "1", "m[Hg].[in_i]/m"),
    ("[PRU]", PLAIN, "1", "mm[Hg].s/ml"),
    ("[wood'U]", PLAIN, "1", "mm[Hg].min/L"),
    ("[diop]", PLAIN, "1", "/m"),
    ("[mesh_i]", PLAIN, "1", "/[in_i]"),
    ("[Ch]", PLAIN, "1", "mm/3"),
    ("[MET]", PLAIN, "3.5", "mL/min/kg"),
    ("eq", METRIC, "1", "mol"),
    ("osm", METRIC, "1", "mol"),
    ("g%", METRIC, "1", "g/dl"),
    ("[S]", PLAIN, "1", "10*-13.s"),
    ("[HPF]", PLAIN, "1", "1"),
    ("[LPF]", PLAIN, "100", "1"),
    ("kat", METRIC, "1", "mol/s"),
    ("U", METRIC, "1", "umol/min"),
    ("st", METRIC, "1", "m3"),
    ("Ao", PLAIN, "0.1", "nm"),
    ("b", PLAIN, "100", "fm2"),
    ("att", PLAIN, "1", "kgf/cm2"),
    ("mho", METRIC, "1", "S"),
    ("[psi]", PLAIN, "1", "[lbf_av]/[in_i]2"),
    ("circ", PLAIN, "2", "[pi].rad"),
    ("sph", PLAIN, "4", "[pi].sr"),
    ("[car_m]", PLAIN, "0.2", "g"),
    ("[car_Au]", PLAIN, "1", "1/24"),
    ("[smoot]", PLAIN, "67", "[in_i]"),
    ("bit", METRIC, "1", "1"),
    ("By", METRIC, "8", "bit"),
    ("Bd", METRIC, "1", "/s"),
];

#[cfg(test)]
mod tests {
    use super::{ARBITRARY, DERIVED, find};

    #[test]
    fn every_unit_of_the_table_can_be_read() {
        for name in DERIVED
            .iter()
            .map(|(name, ..)| *name)
            .chain(ARBITRARY.iter().map(|(name, _)| *name))
        {
            assert!(find(name).is_some(), "{name}");
        }
    }
}
