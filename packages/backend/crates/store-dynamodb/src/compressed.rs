//! Compressed text: DEFLATE in a binary attribute. DynamoDB bills an item by its size.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use goody_application::ports::Result;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::items::{cannot_write, damaged};

/// A compressed text. The empty text has no bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Compressed(ByteBuf);

impl Compressed {
    pub(crate) fn new(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self(deflate(text.as_bytes())?.into()))
    }

    pub(crate) fn text(&self) -> Result<String> {
        if self.is_empty() {
            return Ok(String::new());
        }
        String::from_utf8(inflate(&self.0)?).map_err(|error| damaged("a compressed text", &error))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of its bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_vec()
    }
}

/// Compresses bytes.
pub(crate) fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map_err(|error| cannot_write(&error))
}

/// The bytes before they were compressed.
pub(crate) fn inflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut inflated = Vec::new();
    DeflateDecoder::new(bytes).read_to_end(&mut inflated).map_err(|error| damaged("compressed bytes", &error))?;
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_text_is_read_unchanged() {
        for text in ["", "x", &"630:3:1 631:4:-1 ".repeat(100)] {
            let compressed = Compressed::new(text).unwrap();
            assert_eq!(compressed.text().unwrap(), text);
            assert!(compressed.is_empty() == text.is_empty() && compressed.into_bytes().len() < 60);
        }
    }

    #[test]
    fn bytes_that_are_not_compressed_text_are_an_error() {
        assert!(Compressed(ByteBuf::from(vec![7, 7, 7])).text().is_err());
    }
}
