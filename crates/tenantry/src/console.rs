//! The console that `build.rs` found in `web/dist`, inside the binary.

use include_dir::{Dir, DirEntry, File, include_dir};
use tenantry_api::console::Console;

static FILES: Dir<'static> = include_dir!("$OUT_DIR/console");

/// The console; an empty one where it had not been built.
pub(crate) fn built_in() -> Console {
    let mut files = Vec::new();
    collect(&FILES, &mut files);
    let named =
        |file: &&'static File<'static>| Some((file.path().to_str()?.to_owned(), file.contents()));
    Console::new(files.iter().filter_map(named))
}

fn collect(folder: &'static Dir<'static>, files: &mut Vec<&'static File<'static>>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(folder) => collect(folder, files),
            DirEntry::File(file) => files.push(file),
        }
    }
}
