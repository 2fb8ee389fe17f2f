//! Where a scimd lives: its data directory, and the definition files of schemas beside it.

use crate::cli::Failed;
use clap::Args;
use scim_core::schema::ResourceTypes;
use scim_service::StoreConfig;
use std::path::{Path, PathBuf};

/// The largest definition file, in bytes.
const MAX_DEFINITION: u64 = 1 << 20;

/// Where the database is, and what it holds.
#[derive(Debug, Clone, Args)]
pub(crate) struct Home {
    /// The directory that holds the database.
    #[arg(long, global = true, env = "SCIMD_DATA_DIR", default_value = "scimd-data", value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// The directory of definition files (*.json) of schemas and resource types; default: `schemas` in
    /// the data directory, if it is there.
    #[arg(long, global = true, env = "SCIMD_SCHEMAS", value_name = "DIR")]
    pub(crate) schemas: Option<PathBuf>,
}

impl Home {
    /// How the store is opened.
    ///
    /// # Errors
    /// When a definition file cannot be read, or says what cannot be.
    pub(crate) fn store_config(&self) -> Result<StoreConfig, Failed> {
        let types = match &self.schemas {
            Some(directory) => definitions(directory)?,
            None => {
                let usual = self.data_dir.join("schemas");
                if usual.is_dir() { definitions(&usual)? } else { ResourceTypes::built_in() }
            }
        };
        Ok(StoreConfig { types, ..StoreConfig::new(&self.data_dir) })
    }
}

/// The resource types that are built in and those of a directory's files, read in the order of their names.
fn definitions(directory: &Path) -> Result<ResourceTypes, Failed> {
    let failed = |path: &Path, why: String| Failed::config(format!("cannot read {}: {why}", path.display()));
    let entries = std::fs::read_dir(directory).map_err(|e| failed(directory, e.to_string()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| failed(directory, e.to_string()))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let length = std::fs::metadata(&path).map_err(|e| failed(&path, e.to_string()))?.len();
        if length > MAX_DEFINITION {
            return Err(failed(&path, format!("it is larger than {MAX_DEFINITION} bytes")));
        }
        let content = std::fs::read(&path).map_err(|e| failed(&path, e.to_string()))?;
        files.push((path.display().to_string(), content));
    }
    let files = files.iter().map(|(name, content)| (name.as_str(), content.as_slice()));
    ResourceTypes::built_in()
        .with_definitions(files)
        .map_err(|errors| Failed::config(format!("definition files of schemas cannot be used:\n{errors}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(data_dir: &Path, schemas: Option<&Path>) -> Home {
        Home { data_dir: data_dir.to_owned(), schemas: schemas.map(Path::to_owned) }
    }

    #[test]
    fn definitions_come_from_the_data_directory_or_from_where_they_are_said_to_be() {
        let directory = tempfile::tempdir().unwrap();
        let types = |schemas| home(directory.path(), schemas).store_config().map(|c| c.types.iter().count());
        assert_eq!(types(None).unwrap(), 2);
        assert!(types(Some(Path::new("/nowhere"))).unwrap_err().to_string().contains("/nowhere"));
        let schemas = directory.path().join("schemas");
        std::fs::create_dir(&schemas).unwrap();
        let device = r#"[{"id": "urn:x:Device", "name": "Device", "attributes": [{"name": "serial"}]},
            {"name": "Device", "endpoint": "/Devices", "schema": "urn:x:Device"}]"#;
        std::fs::write(schemas.join("device.json"), device).unwrap();
        std::fs::write(schemas.join("notes.txt"), "no definition").unwrap();
        assert_eq!(types(None).unwrap(), 3);
        std::fs::write(
            schemas.join("bad.json"),
            r#"{"id": "urn:x:Bad", "name": "Bad", "attributes": [{"name": 5}]}"#,
        )
        .unwrap();
        let failure = types(None).unwrap_err().to_string();
        assert!(failure.contains("bad.json: at attributes[0].name: "), "{failure}");
    }
}
