//! The page `docs/dialects.md` and the list in the code say the same.

use scim_patch::dialect::DIALECTS;
use std::path::Path;

#[test]
fn the_page_lists_every_dialect_as_the_code_does() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/dialects.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> = DIALECTS
        .iter()
        .map(|dialect| format!("| `{}` | {} | {} |", dialect.name, dialect.summary, dialect.sent_by))
        .collect();
    assert_eq!(rows, expected);
}
