//! The archive of a workbook: what it says of its own sizes, before anything in it is parsed.
//!
//! A few kilobytes can expand to gigabytes. The archive states the size of each part, and the reader of a part fails beyond its
//! stated size. So it is enough to limit the stated sizes.

use std::io::{self, BufRead, BufReader, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::WorkbookError;

/// The most bytes of a sheet, decompressed. Its rows are read one at a time: a million rows of twenty columns have 700 MB.
const LARGEST_SHEET: u64 = 1 << 30;
/// The most bytes of another part, decompressed. The largest is the one with the texts that cells share, which is kept in memory.
const LARGEST_PART: u64 = 256 << 20;
/// The most bytes before the first element of a part.
const LONGEST_PROLOG: u64 = 1 << 16;
/// The fewest bytes of a shared text: `<si/>`.
const SHORTEST_TEXT: u64 = 5;
/// How many files of an archive that is no workbook are named.
const NAMED_FILES: usize = 5;

/// Refuses an archive that is no workbook, or has a part that is too large.
pub(super) fn check(input: &mut (impl Read + Seek)) -> Result<(), WorkbookError> {
    let mut archive = ZipArchive::new(input)?;
    let mut names = Vec::new();
    let mut texts = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index_data(at)?;
        let (name, bytes) = (entry.name()?.into_owned(), entry.size());
        // Names of parts are equal in either case.
        let part = name.to_ascii_lowercase();
        let most = match part.rsplit_once('/') {
            Some((folder, file)) if folder.ends_with("worksheets") && file.starts_with("sheet") => LARGEST_SHEET,
            _ => LARGEST_PART,
        };
        // Pictures and fonts are not read.
        let is_read = part.ends_with(".xml") || part.ends_with(".rels");
        if is_read && bytes > most {
            return Err(WorkbookError::TooLarge { name, mebibytes: bytes >> 20, most: most >> 20 });
        }
        if part.ends_with("sharedstrings.xml") {
            texts.push((at, bytes));
        }
        names.push(name);
    }
    if !names.iter().any(|name| name == "[Content_Types].xml" || name.ends_with("workbook.xml")) {
        let files: Vec<String> = names.into_iter().filter(|name| !name.ends_with('/')).take(NAMED_FILES).collect();
        return Err(WorkbookError::OtherArchive(files.join(", ")));
    }
    for (at, bytes) in texts {
        let count = stated_count(BufReader::new(archive.by_index(at)?)).map_err(ZipError::from)?;
        if count.is_none_or(|count| count > bytes / SHORTEST_TEXT) {
            return Err(WorkbookError::Texts);
        }
    }
    Ok(())
}

/// How many texts the first element of the shared texts says there are: room for so many is reserved. `None` if it is no such element.
fn stated_count(part: impl BufRead) -> io::Result<Option<u64>> {
    let mut part = part.take(LONGEST_PROLOG);
    let tag = loop {
        let mut tag = Vec::new();
        part.read_until(b'<', &mut tag)?;
        tag.clear();
        part.read_until(b'>', &mut tag)?;
        let end: &[u8] = match &tag[..] {
            [b'?', ..] => b"?>",
            [b'!', b'-', b'-', ..] => b"-->",
            _ => break tag,
        };
        while !tag.ends_with(end) {
            if part.read_until(b'>', &mut tag)? == 0 {
                return Ok(None);
            }
        }
    };
    Ok(std::str::from_utf8(&tag).ok().and_then(count_of))
}

/// The largest count in the first element, without its `<`.
fn count_of(tag: &str) -> Option<u64> {
    let name = tag.split([' ', '\t', '\r', '\n', '/', '>']).next()?;
    if name.rsplit(':').next() != Some("sst") {
        return None;
    }
    let mut most = 0;
    for attribute in tag.split("uniqueCount").skip(1) {
        let value = attribute.trim_start().strip_prefix('=')?.trim_start();
        let digits = value.strip_prefix(['"', '\''])?;
        most = most.max(digits[..digits.find(['"', '\''])?].parse().ok()?);
    }
    Some(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_the_texts_stands_in_the_first_element() {
        for (part, expected) in [
            ("<?xml version=\"1.0\"?>\n<!-- by hand --><sst count=\"9\" uniqueCount=\"3\"><si/></sst>", Some(3)),
            ("<x:sst uniqueCount = '3'>", Some(3)),
            ("<sst><si/></sst>", Some(0)),
            ("<!-- > <sst uniqueCount=\"1\"> --><sst uniqueCount=\"9\">", Some(9)),
            ("<sst a=\"uniqueCount='1'\" uniqueCount=\"9\">", Some(9)),
            ("<sst uniqueCount=\"many\">", None),
            ("<other/><sst uniqueCount=\"9\">", None),
            ("<?xml version=\"1.0\"?>", None),
        ] {
            assert_eq!(stated_count(part.as_bytes()).unwrap(), expected, "{part}");
        }
    }
}
