//! Tokens: who may do what. They are kept by their SHA-256, so that whoever reads the settings cannot use them.
//!
//! ```text
//! # name  scopes       SHA-256 of the token
//! shop    ingest       9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//! desk    read,admin   60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
//! ```

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Characters of a name at most.
const LONGEST_NAME: usize = 64;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScope {
    /// Reads, where they are protected.
    Read,
    /// Order events.
    Ingest,
    /// Everything: the other two as well, and vendors' master data.
    Admin,
}

impl TokenScope {
    /// Reads `read`, `ingest` or `admin`.
    ///
    /// # Errors
    /// Says which words there are.
    pub fn parse(word: &str) -> Result<Self, String> {
        match word {
            "read" => Ok(Self::Read),
            "ingest" => Ok(Self::Ingest),
            "admin" => Ok(Self::Admin),
            other => Err(format!("{other} is no scope: use read, ingest or admin")),
        }
    }
}

impl fmt::Display for TokenScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Read => "read",
            Self::Ingest => "ingest",
            Self::Admin => "admin",
        })
    }
}

/// A token, without what is secret about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    name: Arc<str>,
    scopes: Vec<TokenScope>,
    digest: [u8; 32],
}

impl Token {
    /// The token of this name whose secret is `secret`.
    ///
    /// # Errors
    /// Says what is wrong with the name, or that no scope is given.
    pub fn new(name: &str, scopes: Vec<TokenScope>, secret: &str) -> Result<Self, String> {
        Self::of(name, scopes, digest(secret))
    }

    fn of(name: &str, scopes: Vec<TokenScope>, digest: [u8; 32]) -> Result<Self, String> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if !(1..=LONGEST_NAME).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(format!("a name has 1 to {LONGEST_NAME} letters, digits, dots, dashes and underscores"));
        }
        if scopes.is_empty() {
            return Err("it has no scope".into());
        }
        Ok(Self { name: name.into(), scopes, digest })
    }

    /// Whose it is: what the log and the audit trail say.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(crate) fn is_good_for(&self, wanted: TokenScope) -> bool {
        self.scopes.iter().any(|scope| *scope == wanted || *scope == TokenScope::Admin)
    }

    /// Reads a line, as [`Token`]'s `Display` writes it.
    fn parse(line: &str) -> Result<Self, String> {
        let [name, scopes, digest] = line.split_ascii_whitespace().collect::<Vec<_>>()[..] else {
            return Err("a token is a name, its scopes by commas, and its SHA-256".into());
        };
        let scopes = scopes.split(',').map(TokenScope::parse).collect::<Result<Vec<_>, _>>()?;
        let digest = bytes_of(digest).ok_or("the SHA-256 is not 64 hexadecimal digits")?;
        Self::of(name, scopes, digest)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scopes: Vec<String> = self.scopes.iter().map(TokenScope::to_string).collect();
        write!(formatter, "{} {} ", self.name, scopes.join(","))?;
        self.digest.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// Why tokens cannot be read. Says where, and never the line itself: somebody may have put a secret there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("token {line}: {reason}")]
pub struct TokensError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// The tokens that are good. Several may have the same name, as while one takes the place of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens(Vec<Token>);

impl Tokens {
    /// Reads a token a line, or set apart by `;`. Blank lines and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// Names the first line that is no token.
    pub fn parse(text: &str) -> Result<Self, TokensError> {
        let lines = text.split(['\n', ';']).map(str::trim).enumerate();
        let told = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let read = |(at, line)| Token::parse(line).map_err(|reason| TokensError { line: at + 1, reason });
        Ok(Self(told.map(read).collect::<Result<_, _>>()?))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The token with this secret. Takes as long whichever it is, and whether there is one.
    pub(crate) fn find(&self, secret: &str) -> Option<&Token> {
        let told = digest(secret);
        self.0.iter().fold(None, |found, token| if bool::from(token.digest.ct_eq(&told)) { Some(token) } else { found })
    }
}

/// Where the tokens that are good right now are told.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// The tokens.
    ///
    /// # Errors
    /// They cannot be read. The reason is for the log.
    async fn tokens(&self) -> Result<Arc<Tokens>, String>;

    /// What keeps the tokens from being read, as of the last time they were asked for. Nothing, where nothing can.
    fn problem(&self) -> Option<TokenProblem> {
        None
    }
}

/// What keeps tokens from being read: for `/health`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenProblem {
    /// In plain words, without anything secret.
    pub detail: String,
    /// Whether every token is refused because of it.
    pub is_refusing: bool,
}

#[async_trait]
impl TokenSource for Arc<Tokens> {
    async fn tokens(&self) -> Result<Arc<Tokens>, String> {
        Ok(self.clone())
    }
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn bytes_of(digits: &str) -> Option<[u8; 32]> {
    let digits = digits.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_secret_and_by_nothing_else() {
        let shop = Token::new("shop", vec![TokenScope::Ingest], "open sesame").unwrap();
        let desk = Token::new("desk", vec![TokenScope::Read], "hush").unwrap();
        let tokens = Tokens::parse(&format!("# ours\n{shop}\n\n{desk} ; {shop}")).unwrap();
        assert_eq!(tokens.0, [shop.clone(), desk.clone(), shop.clone()]);
        assert_eq!(tokens.find("open sesame"), Some(&shop));
        assert_eq!(tokens.find("hush"), Some(&desk));
        for wrong in ["", "open sesam", "open sesame ", "Open sesame", &shop.to_string()] {
            assert_eq!(tokens.find(wrong), None);
        }
    }

    #[test]
    fn a_line_has_the_sha256_that_everybody_computes() {
        // FIPS 180-2, appendix B.1.
        let abc = Token::new("abc", vec![TokenScope::Read, TokenScope::Ingest], "abc").unwrap();
        assert_eq!(abc.to_string(), "abc read,ingest ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn admin_may_do_everything_and_the_others_what_they_say() {
        let token = |scope| Token::new("x", vec![scope], "x").unwrap();
        let all = [TokenScope::Read, TokenScope::Ingest, TokenScope::Admin];
        let may = |scope| all.map(|wanted| token(scope).is_good_for(wanted));
        assert_eq!(may(TokenScope::Admin), [true, true, true]);
        assert_eq!(may(TokenScope::Read), [true, false, false]);
        assert_eq!(may(TokenScope::Ingest), [false, true, false]);
    }

    #[test]
    fn looking_for_a_token_goes_on_after_it_is_found() {
        let [first, last] = ["first", "last"].map(|name| Token::new(name, vec![TokenScope::Read], "same").unwrap());
        assert_eq!(Tokens(vec![first, last.clone()]).find("same"), Some(&last));
    }

    #[test]
    fn a_line_that_is_no_token_is_named_and_not_repeated() {
        let good = Token::new("shop", vec![TokenScope::Ingest], "x").unwrap();
        let sum = "ab".repeat(32);
        for bad in [
            "secret".to_owned(),
            format!("shop secret {sum}"),
            "shop ingest secret".into(),
            format!("sh/op ingest {sum}"),
            format!("shop ingest, {sum}"),
            format!("shop ingest {sum} more"),
            format!("shop ingest {}", "g".repeat(64)),
        ] {
            let error = Tokens::parse(&format!("{good}\n{bad}")).unwrap_err();
            assert_eq!(error.line, 2, "{bad}");
            assert!(!error.to_string().contains(&sum), "{error}");
        }
    }
}
