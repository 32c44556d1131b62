//! Tokens: what each client may do. Only their SHA-256 is stored, so that reading the settings does not reveal a token. The secrets of
//! senders of webhooks, with which signatures are checked, stand as they are.
//!
//! ```text
//! # name  scopes       SHA-256 of the token
//! shop    ingest       9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//! desk    read,admin   60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
//! # webhook  source    secrets
//! webhook    shopify   8f4e4c0f7b1d2a67
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use goody_formats::signatures::Secret;
use goody_formats::webhooks::Source;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The most characters of a name.
const LONGEST_NAME: usize = 64;

/// What a token permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScope {
    /// Reading, when reads are protected.
    Read,
    /// Sending order events.
    Ingest,
    /// Everything: the other two scopes, and writing the master data of vendors.
    Admin,
}

impl TokenScope {
    /// Parses `read`, `ingest` or `admin`.
    ///
    /// # Errors
    /// The word is not a scope. The error lists the scopes.
    pub fn parse(word: &str) -> Result<Self, String> {
        match word {
            "read" => Ok(Self::Read),
            "ingest" => Ok(Self::Ingest),
            "admin" => Ok(Self::Admin),
            other => Err(format!("{other} is not a scope: use read, ingest or admin")),
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

/// A token without its secret: a name, scopes and the SHA-256 of the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    name: Arc<str>,
    scopes: Vec<TokenScope>,
    digest: [u8; 32],
}

impl Token {
    /// A token with this name, these scopes and this secret.
    ///
    /// # Errors
    /// The name is invalid, or there is no scope.
    pub fn new(name: &str, scopes: Vec<TokenScope>, secret: &str) -> Result<Self, String> {
        Self::of(name, scopes, digest(secret))
    }

    fn of(name: &str, scopes: Vec<TokenScope>, digest: [u8; 32]) -> Result<Self, String> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if !(1..=LONGEST_NAME).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(format!("a name has 1 to {LONGEST_NAME} letters, digits, dots, dashes and underscores"));
        }
        if scopes.is_empty() {
            return Err("the token has no scope".into());
        }
        Ok(Self { name: name.into(), scopes, digest })
    }

    /// The name of the token in the log and in the audit log.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(crate) fn permits(&self, required: TokenScope) -> bool {
        self.scopes.iter().any(|scope| *scope == required || *scope == TokenScope::Admin)
    }

    /// Parses a line in the format that `Display` writes.
    fn parse(line: &str) -> Result<Self, String> {
        let [name, scopes, digest] = line.split_ascii_whitespace().collect::<Vec<_>>()[..] else {
            return Err("a token is a name, its scopes separated by commas, and its SHA-256".into());
        };
        let scopes = scopes.split(',').map(TokenScope::parse).collect::<Result<Vec<_>, _>>()?;
        let digest = parse_hex(digest).ok_or("the SHA-256 is not 64 hexadecimal digits")?;
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

/// A line that is not a valid token. The error has the line number and never the line itself, which may contain a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("token {line}: {reason}")]
pub struct TokensError {
    /// The line number, from 1.
    pub line: usize,
    /// What is wrong with the line.
    pub reason: String,
}

/// The valid tokens, and the secrets of senders of webhooks. Several tokens may have the same name, for example while one replaces
/// another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    tokens: Vec<Token>,
    webhooks: BTreeMap<Source, Vec<Secret>>,
}

impl Tokens {
    /// Parses one token, or the secrets of one source of webhooks, on each line; `;` also ends a line. Blank lines and lines that begin
    /// with `#` are ignored.
    ///
    /// # Errors
    /// A line is not valid. The error names the first such line.
    pub fn parse(text: &str) -> Result<Self, TokensError> {
        let mut parsed = Self::default();
        for (at, line) in text.split(['\n', ';']).map(str::trim).enumerate() {
            if !line.is_empty() && !line.starts_with('#') {
                parsed.add(line).map_err(|reason| TokensError { line: at + 1, reason })?;
            }
        }
        Ok(parsed)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let words = line.split_once(char::is_whitespace).filter(|(first, _)| *first == "webhook");
        // A token may have this name, too: it has three words.
        let webhook = words.map(|(_, rest)| rest.trim().split_once(char::is_whitespace).unwrap_or((rest, "")));
        match webhook.and_then(|(name, secrets)| Some((Source::from_name(name)?, secrets))) {
            Some((source, secrets)) => self.webhooks.entry(source).or_default().extend(Secret::parse_list(secrets)?),
            None => self.tokens.push(Token::parse(line)?),
        }
        Ok(())
    }

    /// Whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The secrets of a source of webhooks.
    pub(crate) fn webhook_secrets(&self, source: Source) -> &[Secret] {
        self.webhooks.get(&source).map_or(&[], Vec::as_slice)
    }

    /// The token with this secret. The search compares every token in constant time, so that its duration reveals nothing.
    pub(crate) fn find(&self, secret: &str) -> Option<&Token> {
        let digest = digest(secret);
        let is_this = |token: &Token| bool::from(token.digest.ct_eq(&digest));
        self.tokens.iter().fold(None, |found, token| if is_this(token) { Some(token) } else { found })
    }
}

/// A source of the tokens that are valid now.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// The valid tokens.
    ///
    /// # Errors
    /// The tokens cannot be read. The reason is for the log, not for clients.
    async fn tokens(&self) -> Result<Arc<Tokens>, String>;

    /// Why the tokens could not be read the last time; `None` if they were read, or if reading them cannot fail.
    fn problem(&self) -> Option<TokenProblem> {
        None
    }
}

/// Why the tokens cannot be read, for `/health`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenProblem {
    /// The reason, without secrets.
    pub detail: String,
    /// Whether every token is refused for this reason.
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

fn parse_hex(digits: &str) -> Option<[u8; 32]> {
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
        let tokens = Tokens::parse(&format!("# comment\n{shop}\n\n{desk} ; {shop}")).unwrap();
        assert_eq!(tokens.tokens, [shop.clone(), desk.clone(), shop.clone()]);
        assert_eq!(tokens.find("open sesame"), Some(&shop));
        assert_eq!(tokens.find("hush"), Some(&desk));
        for wrong in ["", "open sesam", "open sesame ", "Open sesame", &shop.to_string()] {
            assert_eq!(tokens.find(wrong), None);
        }
    }

    #[test]
    fn a_line_has_the_standard_sha256() {
        // FIPS 180-2, appendix B.1.
        let abc = Token::new("abc", vec![TokenScope::Read, TokenScope::Ingest], "abc").unwrap();
        assert_eq!(abc.to_string(), "abc read,ingest ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn admin_permits_everything_and_the_other_scopes_only_themselves() {
        let token = |scope| Token::new("x", vec![scope], "x").unwrap();
        let all = [TokenScope::Read, TokenScope::Ingest, TokenScope::Admin];
        let permitted = |scope| all.map(|required| token(scope).permits(required));
        assert_eq!(permitted(TokenScope::Admin), [true, true, true]);
        assert_eq!(permitted(TokenScope::Read), [true, false, false]);
        assert_eq!(permitted(TokenScope::Ingest), [false, true, false]);
    }

    #[test]
    fn the_search_for_a_token_compares_all_of_them() {
        let [first, last] = ["first", "last"].map(|name| Token::new(name, vec![TokenScope::Read], "same").unwrap());
        assert_eq!(Tokens::parse(&format!("{first};{last}")).unwrap().find("same"), Some(&last));
    }

    #[test]
    fn a_source_of_webhooks_has_the_secrets_of_all_its_lines() {
        let token = Token::new("webhook", vec![TokenScope::Read], "x").unwrap();
        let tokens =
            Tokens::parse(&format!("webhook shopify one,two\n{token}\nwebhook  ups three; webhook shopify four"))
                .unwrap();
        assert_eq!(tokens.tokens, [token]);
        assert_eq!(tokens.webhook_secrets(Source::Shopify), Secret::parse_list("one two four").unwrap());
        assert_eq!(tokens.webhook_secrets(Source::Ups), Secret::parse_list("three").unwrap());
        assert_eq!(tokens.webhook_secrets(Source::Generic), []);
        assert!(Tokens::parse("webhook shopify one").unwrap().is_empty(), "it is no token");
        for bad in ["webhook shopify", "webhook shop hush", "webhook", "Webhook shopify hush"] {
            let error = Tokens::parse(bad).unwrap_err().to_string();
            assert!(error.starts_with("token 1: ") && !error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn an_invalid_line_is_reported_by_number_and_not_repeated() {
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
