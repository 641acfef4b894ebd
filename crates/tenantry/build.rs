//! Puts what Vite built into `web/dist` where the binary includes it. Where nothing was built, as without
//! Node, the binary is made all the same and says that it has no console.

use std::io::Result;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<()> {
    let web = Path::new("../../web");
    let built = web.join("dist");
    // a path that is not there would make every build a new one
    let watched = [built.as_path(), web].into_iter().find(|path| path.is_dir());
    if let Some(watched) = watched {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("console");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;
    if built.is_dir() { copy(&built, &target) } else { Ok(()) }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
