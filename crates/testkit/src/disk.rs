//! A disk that is soon full: a file system of a few megabytes in memory.
//!
//! Mounting takes rights. Who has none may have them in a user namespace of its own, in which the test
//! then runs again ([`SmallDisk::run`]). Where neither is to be had the test fails: a full disk that was
//! not tried is not survived.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{getegid, geteuid};

/// Where the namespace that a test runs again in has its disk.
const DISK: &str = "TENANTRY_TEST_SMALL_DISK";

/// Does as if mounting were forbidden, to try the other way.
const NO_MOUNT: &str = "TENANTRY_TEST_NO_MOUNT";

/// The file system. Unmounted when this value is dropped.
#[derive(Debug)]
pub struct SmallDisk {
    path: PathBuf,
    mounted: bool,
}

impl SmallDisk {
    /// Runs a test with a disk of so many megabytes; `name` is the test's full name, by which it is run
    /// again where only a namespace of its own can have the disk.
    pub async fn run(name: &str, megabytes: u32, test: impl AsyncFnOnce(&Self)) {
        if let Some(path) = std::env::var_os(DISK) {
            return test(&Self { path: path.into(), mounted: false }).await;
        }
        match Self::mount(megabytes) {
            Ok(disk) => test(&disk).await,
            Err(why) => again_in_a_namespace(name, megabytes, &why),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A directory on it that belongs to whom `like` belongs to.
    pub fn directory(&self, name: &str, like: &Path) -> PathBuf {
        let path = self.path.join(name);
        fs::create_dir(&path).expect("a new directory on the disk");
        let owner = fs::metadata(like).expect("it is there");
        chown(&path, Some(owner.uid()), Some(owner.gid())).expect("it can be given away");
        path
    }

    /// Takes all the room that is left but so many kilobytes; removing the file gives it back.
    pub fn fill(&self, leave_kilobytes: u64) -> PathBuf {
        let path = self.path.join("ballast");
        let stat = nix::sys::statvfs::statvfs(&self.path).expect("the disk can be asked");
        let free = stat.blocks_available() as u64 * stat.fragment_size() as u64;
        let size = free.saturating_sub(leave_kilobytes * 1024);
        // written, because a hole takes no room
        fs::write(&path, vec![1; usize::try_from(size).expect("a small disk")])
            .expect("there was so much room");
        path
    }

    fn mount(megabytes: u32) -> Result<Self, String> {
        if std::env::var_os(NO_MOUNT).is_some() {
            return Err(format!("{NO_MOUNT} forbids it"));
        }
        let path = mount_point();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options(megabytes), "tmpfs"])
            .arg(&path)
            .output()
            .map_err(|why| why.to_string())?;
        if mounted.status.success() {
            return Ok(Self { path, mounted: true });
        }
        let _ = fs::remove_dir(&path);
        Err(String::from_utf8_lossy(&mounted.stderr).trim().to_owned())
    }
}

fn options(megabytes: u32) -> String {
    format!("size={megabytes}m,mode=0777")
}

fn mount_point() -> PathBuf {
    let place = tempfile::Builder::new().prefix("tenantry-disk-").tempdir().expect("a directory");
    // as root, the server is another user
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o711)).expect("our own");
    place.keep()
}

/// In a namespace of our own we are root and may mount; but the server's programs refuse root, so the
/// test itself runs in another one inside, in which we are not.
fn again_in_a_namespace(name: &str, megabytes: u32, why: &str) {
    let path = mount_point();
    let number = |id: u32| if id == 0 { 65_534 } else { id };
    let (user, group) = (number(geteuid().as_raw()), number(getegid().as_raw()));
    let script = format!(
        "mount -t tmpfs -o {} tmpfs \"$1\" && \
         exec unshare --user --map-user={user} --map-group={group} -- \"$0\" --exact \"$2\" --nocapture",
        options(megabytes)
    );
    let program: OsString = std::env::current_exe().expect("a test program").into();
    let ran = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "--", "sh", "-c", &script])
        .arg(program)
        .arg(&path)
        .arg(name)
        .env(DISK, &path)
        .output();
    let _ = fs::remove_dir(&path);
    let said = match &ran {
        // a name that there is not is no failure either
        Ok(output)
            if output.status.success()
                && String::from_utf8_lossy(&output.stdout).contains("1 passed") =>
        {
            return;
        }
        Ok(output) => format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(why) => why.to_string(),
    };
    panic!(
        "{name} needs a disk that is soon full. Mounting one here: {why}. In a user namespace: {said}"
    );
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if self.mounted {
            // lazily: a server that is being stopped may still have files open
            let _ = Command::new("umount").arg("--lazy").arg(&self.path).status();
            let _ = fs::remove_dir(&self.path);
        }
    }
}
