//! What the server adds to a resource.

use super::{ALL, Directory};
use scimd_tests::ENTERPRISE;
use serde_json::Value;

#[test]
fn what_the_server_knows_can_be_asked_for() {
    let directory = Directory::new();
    let Directory { scim, ann, staff, .. } = &directory;
    let created = scim.get(&format!("/Users/{ann}")).at("/meta/created");
    let at_once: Vec<Value> = scim.get("/Users").resources();
    let at_once = at_once.iter().filter(|user| user["meta"]["created"] == created.as_str());
    let at_once = at_once.map(|user| user["userName"].as_str().unwrap()).collect::<Vec<_>>().join(" ");
    for (filter, names) in [
        (format!(r#"id eq "{ann}""#), "ann"),
        (format!(r#"id eq "{}""#, ann.to_uppercase()), ""),
        (format!(r#"id ne "{ann}""#), r#"Bob cat 100% 100x dan_x danyx Émile q"b\s"#),
        (format!(r#"id eq "{staff}""#), ""),
        (r#"id eq "no-id""#.to_owned(), ""),
        (r#"id co "-""#.to_owned(), ALL),
        ("id pr".to_owned(), ALL),
        (format!(r#"meta.created eq "{created}""#), at_once.as_str()),
        (format!(r#"meta.created ge "{created}""#), ALL),
        (format!(r#"meta.created lt "{created}""#), ""),
        (r#"meta.created gt "2020-01-01T00:00:00Z""#.to_owned(), ALL),
        (r#"meta.lastModified gt "2020-01-01T00:00:00+14:00""#.to_owned(), ALL),
        (r#"meta.lastModified le "2020-01-01T00:00:00Z""#.to_owned(), ""),
        (r#"meta.resourceType eq "User""#.to_owned(), ALL),
        (r#"meta.resourceType eq "Group""#.to_owned(), ""),
        (r#"meta.version eq "W/\"1\"""#.to_owned(), ALL),
        (format!(r#"meta.location ew "/Users/{ann}""#), "ann"),
        (format!(r#"schemas eq "{ENTERPRISE}""#), "ann Bob"),
        (format!(r#"groups.value eq "{staff}""#), "ann Bob"),
        (format!(r#"groups eq "{staff}""#), "ann Bob"),
        (format!(r#"groups[value eq "{staff}"]"#), "ann Bob"),
        (r#"groups.display eq "STAFF""#.to_owned(), "ann Bob"),
        (r#"groups[display eq "crew" and type eq "direct"]"#.to_owned(), "cat"),
        ("groups pr".to_owned(), "ann Bob cat"),
    ] {
        directory.users(&filter, names);
    }
    for (filter, names) in [
        (r#"displayName eq "STAFF""#.to_owned(), "staff"),
        (r#"displayName co "a""#.to_owned(), "staff all"),
        (format!(r#"members.value eq "{ann}""#), "staff"),
        (format!(r#"members eq "{ann}""#), "staff"),
        (format!(r#"members[value eq "{ann}" and type eq "User"]"#), "staff"),
        (format!(r#"members[value eq "{ann}" and type eq "Group"]"#), ""),
        (format!(r#"members[value eq "{staff}"]"#), "all"),
        (r#"members.type eq "Group""#.to_owned(), "all"),
        (r#"members.display eq "ann able""#.to_owned(), "staff"),
        (format!(r#"members.$ref ew "/Users/{ann}""#), "staff"),
        ("members pr".to_owned(), "staff crew all"),
        ("members eq null".to_owned(), "empty"),
        (format!(r#"id eq "{staff}" or members eq "{staff}""#), "staff all"),
    ] {
        directory.groups(&filter, names);
    }
}
