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
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
        Ok(Self(written.map_err(|error| cannot_write(&error))?.into()))
    }

    pub(crate) fn text(&self) -> Result<String> {
        let mut text = String::new();
        if !self.is_empty() {
            let read = DeflateDecoder::new(self.0.as_slice()).read_to_string(&mut text);
            read.map_err(|error| damaged("a compressed text", &error))?;
        }
        Ok(text)
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
