//! Every kind of attribute, and conditions together.

use super::{ALL, Directory};
use scimd_tests::{CONTOSO, ENTERPRISE, USER};

#[test]
fn single_attributes_compare_as_their_schema_says() {
    let directory = Directory::new();
    let others = r#"cat 100% 100x dan_x danyx Émile q"b\s"#;
    for (filter, names) in [
        // An externalId has its case.
        (r#"externalId eq "E-100""#, "ann"),
        (r#"externalId eq "e-100""#, "Bob"),
        (r#"externalId co "e""#, "Bob"),
        (r#"externalId sw "E""#, "ann"),
        (r#"externalId ew "-100""#, "ann Bob"),
        (r#"externalId gt "E-100""#, "Bob"),
        (r#"externalId le "E-100""#, "ann"),
        ("externalId pr", "ann Bob"),
        ("externalId eq null", others),
        (r#"displayName eq "ANN ABLE""#, "ann"),
        (r#"displayName sw "A""#, "ann 100% 100x"),
        (r#"displayName ew "ABLE""#, "ann Bob"),
        (r#"displayName gt "bob""#, r#"Bob Émile q"b\s"#),
        ("displayName pr", r#"ann Bob 100% 100x Émile q"b\s"#),
        (r#"name.familyName eq "able""#, "ann Bob"),
        (r#"name.familyName sw "AB""#, "ann Bob"),
        (r#"name.givenName eq "BOB""#, "Bob"),
        (r#"name.givenName lt "b""#, "ann"),
        (r#"name.honorificSuffix eq "phd""#, "ann"),
        ("name.givenName pr", "ann Bob"),
        ("name pr", "ann Bob"),
        (r#"name[givenName eq "ann" and familyName eq "able"]"#, "ann"),
        (r#"nickName eq "annie""#, "ann"),
        // A user who was not said to be inactive is active.
        ("active eq false", "Bob"),
        ("active ne true", "Bob"),
        (r#"active eq "False""#, "Bob"),
        ("active eq true and externalId pr", "ann"),
        ("active pr", ALL),
        ("title eq null", r#"Bob cat dan_x danyx Émile q"b\s"#),
        ("title ne null", "ann 100% 100x"),
        // What is never returned cannot be asked for.
        ("password pr", ""),
        (r#"password eq "secret""#, ""),
        (r#"password sw "s""#, ""),
    ] {
        directory.users(filter, names);
    }
}

#[test]
fn conditions_in_brackets_are_about_one_value() {
    let directory = Directory::new();
    for (filter, names) in [
        (r#"emails.value eq "ANN@contoso.test""#, "ann"),
        (r#"emails eq "bob@fabrikam.test""#, "Bob"),
        (r#"emails co "contoso""#, "ann"),
        (r#"emails.value ew ".TEST""#, "ann Bob"),
        (r#"emails.value sw "ann@h""#, "ann"),
        (r#"emails.value gt "ann@home.test""#, "Bob"),
        (r#"emails.type eq "home""#, "ann"),
        ("emails.primary eq true", "ann"),
        ("emails pr", "ann Bob"),
        ("emails eq null", r#"cat 100% 100x dan_x danyx Émile q"b\s"#),
        (r#"emails[type eq "work"]"#, "ann Bob"),
        (r#"emails[type eq "WORK" and value co "contoso"]"#, "ann"),
        (r#"emails[type eq "home" and value co "contoso"]"#, ""),
        (r#"emails.type eq "home" and emails.value co "contoso""#, "ann"),
        (r#"emails[type eq "work" and not (value co "contoso")]"#, "Bob"),
        (r#"emails[type eq "home" or value sw "bob"]"#, "ann Bob"),
        (r#"emails[not (type eq "work")]"#, "ann"),
        (r#"emails[type eq "work"].value eq "bob@fabrikam.test""#, "Bob"),
        (r#"emails[type eq "home"].value eq "bob@fabrikam.test""#, ""),
        ("emails[primary eq true and type eq \"home\"]", ""),
        (r#"phoneNumbers.value co "555""#, "ann"),
        (r#"phoneNumbers[type eq "work" and value sw "+1"]"#, "ann"),
        (r#"addresses[locality eq "berlin" and country eq "de"]"#, "ann"),
        (r#"addresses.locality ne "paris""#, "ann"),
        (r#"roles eq "ADMIN""#, "ann"),
        (r#"ims.value eq "x""#, ""),
    ] {
        directory.users(filter, names);
    }
}

#[test]
fn attributes_of_extensions_compare_by_their_types() {
    let directory = Directory::new();
    for (path, rest, names) in [
        (ENTERPRISE, r#"department eq "SALES""#, "ann"),
        (ENTERPRISE, r#"department sw "sales""#, "ann Bob"),
        (ENTERPRISE, r#"department ew "ops""#, "Bob"),
        (ENTERPRISE, "employeeNumber pr", "ann"),
        (ENTERPRISE, r#"manager.value eq "0042""#, "ann"),
        (ENTERPRISE, r#"manager eq "0042""#, "ann"),
        // Numbers are no texts: 20 is less than 100.
        (CONTOSO, "badge eq 100", "ann"),
        (CONTOSO, "badge eq 1e2", "ann"),
        (CONTOSO, "badge ne 100", "Bob"),
        (CONTOSO, "badge gt 20", "ann"),
        (CONTOSO, "badge ge 20", "ann Bob"),
        (CONTOSO, "badge lt 100", "Bob"),
        (CONTOSO, "badge le 19", ""),
        (CONTOSO, "contractor eq false", "ann"),
        // Both were hired at one instant, in two time zones.
        (CONTOSO, r#"hiredAt eq "2024-01-31T08:00:00Z""#, "ann Bob"),
        (CONTOSO, r#"hiredAt ge "2024-01-31T09:30:00+01:30""#, "ann Bob"),
        (CONTOSO, r#"hiredAt gt "2024-01-31T08:00:00.000Z""#, ""),
        (CONTOSO, r#"hiredAt lt "2024-01-31T08:00:00.001Z""#, "ann Bob"),
        (CONTOSO, r#"skills eq "rust""#, "ann"),
        (CONTOSO, r#"skills eq "SQL""#, "ann Bob"),
        (CONTOSO, r#"skills co "us""#, "ann"),
        (CONTOSO, r#"skills[value eq "rust"]"#, "ann"),
        (CONTOSO, r#"building eq "NORTH""#, "ann"),
        (CONTOSO, r#"desks[value eq "N1" and floor eq 2]"#, "Bob"),
        (CONTOSO, r#"desks[value eq "n1"]"#, "ann Bob"),
        (CONTOSO, "desks.floor gt 1", "ann Bob"),
        (CONTOSO, "desks.floor lt 2", "ann"),
    ] {
        directory.users(&format!("{path}:{rest}"), names);
    }
    // The name alone will do where nothing else has it.
    directory.users(r#"department eq "sales""#, "ann");
    directory.users("badge gt 20", "ann");
}

#[test]
fn and_binds_tighter_than_or_and_nothing_in_a_name_has_a_case() {
    let directory = Directory::new();
    for (filter, names) in [
        (r#"userName eq "ann" or userName eq "bob" and active eq true"#, "ann"),
        (r#"userName eq "bob" and active eq true or userName eq "ann""#, "ann"),
        (r#"(userName eq "ann" or userName eq "bob") and active eq false"#, "Bob"),
        (r#"not (userName eq "ann") and emails pr"#, "Bob"),
        (r#"not (userName eq "ann" or userName eq "bob") and title pr"#, "100% 100x"),
        ("not (not (active eq false))", "Bob"),
        (r#"displayName pr and (title eq "xay" or (emails pr and not (active eq true)))"#, "Bob 100x"),
        (r#"USERNAME EQ "ann" OR NOT(ExternalId PR) AND Title PR"#, "ann 100% 100x"),
        (r#"Name.FAMILYname eq "able" and EMAILS[Type Eq "home"]"#, "ann"),
    ] {
        directory.users(filter, names);
    }
    directory.users(&format!(r#"{USER}:userName eq "ann""#), "ann");
    directory.users(&format!(r#"{}:NAME.familyname pr"#, USER.to_uppercase()), "ann Bob");
    directory.users(&format!(r#"{}:DEPARTMENT eq "sales""#, ENTERPRISE.to_uppercase()), "ann");
}
