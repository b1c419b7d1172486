use super::Language;

#[test]
fn english_is_as_it_was_written() {
    assert_eq!(Language::English.text("Findings"), "Findings");
    assert_eq!(Language::English.count(1, "check", "checks"), "1 check");
    assert_eq!(
        Language::English.fill("{a} of {b}", &[("a", &1), ("b", &2)]),
        "1 of 2"
    );
}
