//! Resources held against R4 and the guide.

use super::Check;

checks! {
    ALL_OF_VALIDITY:
    VALID_R4 = "valid-r4", [
        "VAL-1.base", "CT-3.resource-type", "CT-3.no-empty", "CT-3.null", "CT-3.shape", "CT-3.once", "CT-3.id", "CT-3.format",
        "VAL-3.extension", "VAL-3.modifier-extension", "VAL-3.contained-referenced", "VAL-3.contained", "VAL-3.narrative",
        "TERM-1.required", "TERM-1.extensible", "TERM-1.system", "TERM-1.display",
    ], "resources are valid against R4";
    VALID_GUIDE = "valid-guide", ["VAL-1.guide", "VAL-3.extension", "TERM-1.required", "TERM-1.extensible"], "resources are valid against the guide";
    VALIDATE_ACCEPTS = "validate-accepts", ["VAL-1.validate-accepts"], "$validate finds nothing wrong with what is valid";
    VALIDATE_REFUSES = "validate-refuses", ["VAL-1.validate-refuses"], "$validate finds what is wrong";
    MUST_SUPPORT = "must-support", ["VAL-2.shown"], "elements that the guide wants supported are shown";
}
