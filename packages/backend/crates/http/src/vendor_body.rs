//! Describes why the body of a vendor cannot be read.

use serde_json::Value;

/// A field of a vendor: its name, whether it accepts a value, and a description of the values that it accepts.
type Field = (&'static str, fn(&Value) -> bool, &'static str);

const VENDOR: [Field; 6] = [
    ("name", Value::is_string, "text in quotes"),
    ("category", is_text_or_null, "text in quotes"),
    ("isActive", Value::is_boolean, "true or false"),
    ("supportContact", is_text_or_null, "text in quotes"),
    ("contractStartDate", is_text_or_null, "text in quotes: a day such as 2026-01-31"),
    ("slaPromises", |value| value.is_object() || value.is_null(), "an object: standardDelivery and rushDelivery"),
];
const DAYS: &str = "a whole number of days";
const PROMISES: [Field; 2] = [("standardDelivery", is_days, DAYS), ("rushDelivery", is_days, DAYS)];

fn is_text_or_null(value: &Value) -> bool {
    value.is_string() || value.is_null()
}

fn is_days(value: &Value) -> bool {
    value.as_u64().is_some_and(|days| u16::try_from(days).is_ok())
}

/// What is wrong with a refused body, as the end of a sentence.
pub(crate) fn describe_error(body: &[u8]) -> String {
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) if error.is_eof() => return "its JSON ends too early".into(),
        Err(error) => return format!("its JSON is invalid at line {}, column {}", error.line(), error.column()),
    };
    let promises = value.get("slaPromises").filter(|promises| promises.is_object());
    let invalid_field = invalid_field(&value, &VENDOR, &["name"])
        .or_else(|| invalid_field(promises?, &PROMISES, &["standardDelivery", "rushDelivery"]));
    invalid_field.unwrap_or_else(|| "a field is given more than once".into())
}

fn invalid_field(value: &Value, fields: &[Field], required: &[&str]) -> Option<String> {
    let Value::Object(found) = value else { return Some("it has to be an object: {\"name\": …}".into()) };
    for (name, value) in found {
        match fields.iter().find(|(field, ..)| field == name) {
            None => {
                return Some(format!("it has an unknown field: {:?}", name.chars().take(40).collect::<String>()));
            }
            Some((_, accepts, expected)) if !accepts(value) => return Some(format!("{name} has to be {expected}")),
            Some(_) => {}
        }
    }
    required.iter().find(|name| !found.contains_key(**name)).map(|name| format!("{name} is missing"))
}
