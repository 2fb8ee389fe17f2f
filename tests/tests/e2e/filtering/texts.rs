//! Texts: every operator, and no character that means anything.

use super::{ALL, Directory};

#[test]
fn every_operator_works_on_a_user_name() {
    let directory = Directory::new();
    for (filter, names) in [
        (r#"userName eq "ANN""#, "ann"),
        (r#"userName eq "bob""#, "Bob"),
        (r#"userName ne "ann""#, r#"Bob cat 100% 100x dan_x danyx Émile q"b\s"#),
        (r#"userName co "AN""#, "ann dan_x danyx"),
        (r#"userName sw "100""#, "100% 100x"),
        (r#"userName ew "X""#, "100x dan_x danyx"),
        (r#"userName gt "danyx""#, r#"Émile q"b\s"#),
        (r#"userName ge "DANYX""#, r#"danyx Émile q"b\s"#),
        (r#"userName lt "ann""#, "100% 100x"),
        (r#"userName le "ANN""#, "ann 100% 100x"),
        ("userName pr", ALL),
        (r#"userName eq "an""#, ""),
        (r#"userName eq """#, ""),
        // Case and accents are those of Unicode, not of ASCII.
        (r#"userName eq "ÉMILE""#, "Émile"),
        ("userName eq \"e\u{301}mile\"", "Émile"),
        (r#"userName sw "é""#, "Émile"),
        (r#"displayName eq "STRASSE""#, "Émile"),
    ] {
        directory.users(filter, names);
    }
}

#[test]
fn no_character_of_a_text_is_a_wildcard() {
    let directory = Directory::new();
    for (filter, names) in [
        // A column, an index, and neither.
        (r#"userName eq "100%""#, "100%"),
        (r#"userName co "%""#, "100%"),
        (r#"userName sw "%""#, ""),
        (r#"userName sw "1%""#, ""),
        (r#"userName sw "100_""#, ""),
        (r#"userName co "n_""#, "dan_x"),
        (r#"userName ew "_x""#, "dan_x"),
        (r#"userName eq "*""#, ""),
        (r#"userName co "*""#, ""),
        (r#"userName sw "[a-z]""#, ""),
        (r#"userName eq "q\"b\\s""#, r#"q"b\s"#),
        (r#"userName co "\\""#, r#"q"b\s"#),
        (r#"userName co "\u0022""#, r#"q"b\s"#),
        (r#"displayName eq "a%c""#, "100%"),
        (r#"displayName co "%""#, "100%"),
        (r#"displayName sw "a_""#, ""),
        (r#"displayName co "\"hi\"""#, r#"q"b\s"#),
        (r#"title co "_""#, "100%"),
        (r#"title sw "x_""#, "100%"),
        (r#"title ew "_y""#, "100%"),
        (r#"nickName co "r_s""#, "dan_x"),
        (r#"nickName sw "under_""#, "dan_x"),
        (r#"nickName ew "%score""#, ""),
    ] {
        directory.users(filter, names);
    }
}
