//! A run's folder: whole or not at all. It is built in a hidden sibling and renamed
//! when complete; what a killed run left hidden is cleared by the next.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Mutex;

/// The file that marks a folder as ours.
pub const MANIFEST: &str = "run.json";

/// In the names of hidden siblings.
const MARK: &str = ".needshare-";

/// The hidden folder under way, for an interrupted process to clear.
static UNDER_WAY: Mutex<Option<PathBuf>> = Mutex::new(None);

/// A run's folder being built.
#[derive(Debug)]
pub struct RunFolder {
    place: PathBuf,
    hidden: PathBuf,
    lock_path: PathBuf,
    _lock: File,
    /// Folders around it that this run made, the innermost first.
    made: Vec<PathBuf>,
    /// Whether something that stands at the place may be replaced.
    may_replace: bool,
    published: bool,
}

/// Why a folder cannot be used.
#[derive(Debug)]
pub enum FolderError {
    /// Something stands there that must not be lost: exit 2.
    Occupied(String),
    /// The disk says no.
    Io(PathBuf, io::Error),
}

/// Where a run's results go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The folder named by `--out`, and whether `--force` was given.
    Stated(PathBuf, bool),
    /// Our own default folder.
    Default(PathBuf),
}

impl Destination {
    /// The folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::Stated(path, _) | Self::Default(path) => path,
        }
    }
}

impl RunFolder {
    /// Makes the hidden folder, before any long work, so that a run whose results
    /// cannot be written stops at once.
    ///
    /// `inputs` are the files that the run read: a folder that holds one is never replaced.
    pub fn prepare<'f>(
        destination: &Destination,
        inputs: impl IntoIterator<Item = &'f str>,
    ) -> Result<Self, FolderError> {
        let place = destination.path().to_path_buf();
        check_place(destination)?;
        let may_replace = place.exists();
        if may_replace {
            check_inputs(&place, inputs)?;
        }
        let (parent, name) = split(&place)?;
        let io = |path: &Path, error| FolderError::Io(path.to_path_buf(), error);
        let made: Vec<PathBuf> = parent
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_path_buf)
            .collect();
        fs::create_dir_all(&parent).map_err(|error| io(&parent, error))?;
        clear_left_over(&parent, &name);
        let stem = format!(".{name}{MARK}{}", process::id());
        let lock_path = parent.join(format!("{stem}.lock"));
        let hidden = parent.join(stem);
        let lock = File::create(&lock_path).map_err(|error| io(&lock_path, error))?;
        // Held until the process ends, however it ends: the mark that this run lives.
        lock.lock().map_err(|error| io(&lock_path, error))?;
        if let Err(error) = fs::create_dir(&hidden) {
            let _ = fs::remove_file(&lock_path);
            return Err(io(&hidden, error));
        }
        if let Ok(mut under_way) = UNDER_WAY.lock() {
            *under_way = Some(hidden.clone());
        }
        Ok(Self {
            place,
            hidden,
            lock_path,
            _lock: lock,
            made,
            may_replace,
            published: false,
        })
    }

    /// Writes one file, making folders as needed.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = self.hidden.join(name);
        let folder = path.parent().unwrap_or(&self.hidden);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, bytes))
            .map_err(|error| FolderError::Io(self.place.join(name), error))
    }

    /// Writes one file part by part, as `write` gives it.
    pub fn write_with(
        &self,
        name: &str,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), FolderError> {
        File::create(self.hidden.join(name))
            .and_then(|mut file| write(&mut file))
            .map_err(|error| FolderError::Io(self.place.join(name), error))
    }

    /// Puts the finished folder in its place.
    pub fn publish(mut self) -> Result<PathBuf, FolderError> {
        let io = |error| FolderError::Io(self.place.clone(), error);
        let old = self.hidden.with_extension("old");
        // What another run has put there since is not replaced: the rename below fails.
        let replaces = self.may_replace
            && match fs::rename(&self.place, &old) {
                Ok(()) => true,
                Err(error) if error.kind() == ErrorKind::NotFound => false,
                Err(error) => return Err(io(error)),
            };
        if let Err(error) = fs::rename(&self.hidden, &self.place) {
            if replaces {
                let _ = fs::rename(&old, &self.place);
            }
            return Err(io(error));
        }
        if replaces {
            let _ = fs::remove_dir_all(&old);
        }
        self.published = true;
        Ok(self.place.clone())
    }
}

/// A single file that a run writes besides its folder.
#[derive(Debug)]
pub struct RunFile {
    place: PathBuf,
    force: bool,
}

impl RunFile {
    /// Checks, before any long work, that the file can be written and that nothing is
    /// lost by it.
    pub fn prepare(place: &Path, force: bool) -> Result<Self, FolderError> {
        let file = Self {
            place: place.to_path_buf(),
            force,
        };
        file.check()?;
        let (parent, _) = split(place)?;
        if !parent.is_dir() {
            return Err(FolderError::Occupied(format!(
                "there is no folder {} to put {} in",
                parent.display(),
                place.display()
            )));
        }
        let hidden = file.hidden()?;
        File::create(&hidden)
            .and_then(|_| fs::remove_file(&hidden))
            .map_err(|error| FolderError::Io(file.place.clone(), error))?;
        Ok(file)
    }

    /// Whether it would be within a folder.
    pub fn is_within(&self, folder: &Path) -> bool {
        let parent = split(&self.place).map(|(parent, _)| parent.canonicalize());
        match (parent, folder.canonicalize()) {
            (Ok(Ok(parent)), Ok(folder)) => parent.starts_with(folder),
            _ => false,
        }
    }

    /// Puts the file in its place, whole or not at all.
    pub fn publish(&self, bytes: &[u8]) -> Result<(), FolderError> {
        self.check()?;
        let hidden = self.hidden()?;
        let written = fs::write(&hidden, bytes).and_then(|()| fs::rename(&hidden, &self.place));
        written.map_err(|error| {
            let _ = fs::remove_file(&hidden);
            FolderError::Io(self.place.clone(), error)
        })
    }

    fn check(&self) -> Result<(), FolderError> {
        let shown = self.place.display();
        if self.place.is_dir() {
            return Err(FolderError::Occupied(format!(
                "{shown} is a folder; name a file"
            )));
        }
        if self.place.exists() && !self.force {
            return Err(FolderError::Occupied(format!(
                "{shown} exists; add --force to replace it, or choose another name"
            )));
        }
        Ok(())
    }

    fn hidden(&self) -> Result<PathBuf, FolderError> {
        let (parent, name) = split(&self.place)?;
        Ok(parent.join(format!(".{name}{MARK}{}", process::id())))
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if !self.published {
            let _ = fs::remove_dir_all(&self.hidden);
        }
        let _ = fs::remove_file(&self.lock_path);
        if !self.published {
            // Only while they are empty: another run may have put its results there.
            for folder in &self.made {
                let _ = fs::remove_dir(folder);
            }
        }
        if let Ok(mut under_way) = UNDER_WAY.lock() {
            *under_way = None;
        }
    }
}

/// Removes the hidden folder under way: for the handler of an interrupt, which ends
/// the process next.
pub fn abandon() {
    if let Ok(under_way) = UNDER_WAY.lock()
        && let Some(hidden) = under_way.as_ref()
    {
        let _ = fs::remove_dir_all(hidden);
        let mut lock = hidden.clone().into_os_string();
        lock.push(".lock");
        let _ = fs::remove_file(lock);
    }
}

fn check_place(destination: &Destination) -> Result<(), FolderError> {
    let place = destination.path();
    if !place.exists() {
        return Ok(());
    }
    let shown = place.display();
    if !place.is_dir() {
        return Err(FolderError::Occupied(format!(
            "{shown} is a file; name a folder with --out"
        )));
    }
    if let (Ok(place), Ok(here)) = (place.canonicalize(), std::env::current_dir())
        && here.starts_with(&place)
    {
        return Err(FolderError::Occupied(format!(
            "{shown} is the folder you are in, or one around it"
        )));
    }
    let is_empty = fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none());
    let is_ours = place.join(MANIFEST).is_file();
    match destination {
        _ if is_empty => Ok(()),
        Destination::Stated(_, true) => Ok(()),
        Destination::Stated(_, false) => Err(FolderError::Occupied(format!(
            "{shown} exists; add --force to replace it whole, or choose another folder"
        ))),
        Destination::Default(_) if is_ours => Ok(()),
        Destination::Default(_) => Err(FolderError::Occupied(format!(
            "{shown} holds no {MANIFEST}, so it is not a result of ours; move it away, or choose a folder with --out"
        ))),
    }
}

/// A folder that holds what this run was made from is not a result to be replaced.
fn check_inputs<'f>(
    place: &Path,
    inputs: impl IntoIterator<Item = &'f str>,
) -> Result<(), FolderError> {
    let Ok(place_here) = place.canonicalize() else {
        return Ok(());
    };
    for input in inputs {
        let within = Path::new(input)
            .canonicalize()
            .is_ok_and(|input| input.starts_with(&place_here));
        if within {
            return Err(FolderError::Occupied(format!(
                "{} holds {input}, which this run reads; choose another folder",
                place.display()
            )));
        }
    }
    Ok(())
}

fn split(place: &Path) -> Result<(PathBuf, String), FolderError> {
    let name = place
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let Some(name) = name else {
        return Err(FolderError::Occupied(format!(
            "{} names no folder",
            place.display()
        )));
    };
    let parent = match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    Ok((parent, name))
}

/// Clears what runs that were killed left hidden: those whose lock nobody holds.
fn clear_left_over(parent: &Path, name: &str) {
    let prefix = format!(".{name}{MARK}");
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let Some(stem) = file_name
            .starts_with(&prefix)
            .then(|| file_name.strip_suffix(".lock"))
            .flatten()
        else {
            continue;
        };
        let lives = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_err());
        if lives {
            continue;
        }
        let _ = fs::remove_dir_all(parent.join(stem));
        let _ = fs::remove_dir_all(parent.join(format!("{stem}.old")));
        let _ = fs::remove_file(entry.path());
    }
}
