//! ISO 3166-1 codes of countries by the names that exports have.

/// The English names of countries, and some in their own languages, in small letters. Sorted by code.
const NAMES: &str = "\
AE united arab emirates|AR argentina|AT austria;österreich|AU australia|BD bangladesh|BE belgium;belgique;belgië|BG bulgaria|\
BH bahrain|BR brazil;brasil|CA canada|CH switzerland;schweiz;suisse;svizzera|CL chile|CN china;people's republic of china|\
CO colombia|CR costa rica|CY cyprus|CZ czech republic;czechia|DE germany;deutschland|DK denmark;danmark|DO dominican republic|\
DZ algeria|EC ecuador|EE estonia|EG egypt|ES spain;españa|FI finland;suomi|FR france|GB united kingdom;great britain;england;\
scotland;wales;northern ireland;uk|GR greece|GT guatemala|HK hong kong;hong kong sar|HR croatia|HU hungary|ID indonesia|\
IE ireland|IL israel|IN india|IS iceland|IT italy;italia|JM jamaica|JO jordan|JP japan|KE kenya|KR south korea;korea, republic of;\
korea|KW kuwait|LB lebanon|LI liechtenstein|LK sri lanka|LT lithuania|LU luxembourg|LV latvia|MA morocco|MC monaco|MT malta|\
MX mexico;méxico|MY malaysia|NG nigeria|NL netherlands;the netherlands;nederland|NO norway;norge|NZ new zealand|OM oman|PA panama|\
PE peru|PH philippines|PK pakistan|PL poland;polska|PR puerto rico|PT portugal|QA qatar|RO romania|RS serbia|RU russia;\
russian federation|SA saudi arabia|SE sweden;sverige|SG singapore|SI slovenia|SK slovakia|TH thailand|TN tunisia|TR turkey;türkiye|\
TW taiwan|UA ukraine|US united states;united states of america;usa;ee. uu.;estados unidos|UY uruguay|VE venezuela|VN vietnam;\
viet nam|ZA south africa";

/// The code of a country that is given by its code or its name. `None` for a text that is neither: a destination without a country
/// is left out.
pub(crate) fn code(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        let code = text.to_ascii_uppercase();
        return Some(if code == "UK" { "GB".into() } else { code });
    }
    let name = text.to_lowercase();
    let found = NAMES.split('|').find_map(|entry| {
        let (code, names) = entry.split_once(' ')?;
        names.split(';').any(|known| known == name).then_some(code)
    });
    found.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn a_country_is_known_by_code_and_by_name() {
        for (text, expected) in
            [("US", "US"), ("us", "US"), ("United States", "US"), ("Germany", "DE"), ("UK", "GB"), ("EE. UU.", "US")]
        {
            assert_eq!(code(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(code("Atlantis"), None);
    }
}
