//! Where the public description and the document differ, and why: how often, at which place, and what the one and the
//! other say. A `*` stands for anything; of two rows that fit, it is the first.

use crate::compare::Difference;

type Row = (usize, &'static str, &'static str);

pub(crate) const DIFFERENCES: &[(&str, &[Row])] = &[
    (
        "an unknown email or a wrong password: the handler decides it, and no type says so; it is among `default`",
        &[(1, "POST /api/users/login 401", "is there | -")],
    ),
    (
        "auth is optional here, which is in the prose of the public description; a token that is there must be valid",
        &[(4, "GET * security", OPTIONAL_TOKEN), (1, "GET /api/articles/{slug} 401", "- | is there")],
    ),
    (
        "all errors have one body, with what is wrong with each field; the public description shows that of 422 alone, without \
         the fields",
        &[
            (15, "* 401 application/json", "- | is there"),
            (8, "* 422 application/json .errors additionalProperties", "- | is there"),
        ],
    ),
    (
        "nothing of these requests can be invalid: there is no body, and a path is any text, or a 400",
        &[(11, "* 422", "is there | -")],
    ),
    (
        "the published description does not say how the server itself refuses: no UTF-8 or no JSON, a body that is too \
         large or of another type, a failure, no time",
        &[
            (17, "* 400", "- | is there"),
            (6, "* 413", "- | is there"),
            (6, "* 415", "- | is there"),
            (19, "* 500", "- | is there"),
            (19, "* 503", "- | is there"),
        ],
    ),
    ("answers have an `ETag`, and who has them already is told so", &[(7, "GET * 304", "- | is there")]),
    (
        "403 for what is somebody else's and 404 for what is not there, which the published description leaves to its prose",
        &[(19, "* default", "- | is there")],
    ),
    (
        "texts have an end, and those that must not be empty say so: the public description says neither",
        &[
            (2, "POST /api/users* .email minLength", "- | 1"),
            (1, "PUT /api/user * .email minLength", "- | 1"),
            (1, "POST /api/users body * .email maxLength", "- | 254"),
            (1, "PUT /api/user body * .email maxLength", "- | 254"),
            (1, "POST /api/users/login body * .email maxLength", "- | 256"),
            (3, "* .password minLength", "- | 1"),
            (3, "* .password maxLength", "- | 256"),
            (2, "* .username minLength", "- | 1"),
            (2, "* .username maxLength", "- | 64"),
            (1, "* .bio maxLength", "- | 1000"),
            (1, "* .image maxLength", "- | 2000"),
            (2, "* .article .title minLength", "- | 1"),
            (2, "* .article .title maxLength", "- | 200"),
            (2, "* .article .description minLength", "- | 1"),
            (2, "* .article .description maxLength", "- | 1000"),
            (2, "* .article .body minLength", "- | 1"),
            (2, "* .article .body maxLength", "- | 100000"),
            (1, "* .tagList items minLength", "- | 1"),
            (1, "* .tagList items maxLength", "- | 50"),
            (1, "* .tagList maxItems", "- | 50"),
            (1, "* .comment .body minLength", "- | 1"),
            (1, "* .comment .body maxLength", "- | 5000"),
            (1, "POST /api/users/login body * .email pattern", BLANK),
            (3, "* .password pattern", BLANK),
            (2, "* .username pattern", BLANK),
            (2, "* .article .title pattern", BLANK),
            (2, "* .article .description pattern", BLANK),
            (2, "* .article .body pattern", BLANK),
            (1, "* .tagList items pattern", BLANK),
            (1, "* .comment .body pattern", BLANK),
        ],
    ),
    (
        "an email has an `@`, which the public description does not ask for",
        &[(2, "* .email pattern", r#"- | "^[^@]+@.+$""#)],
    ),
    (
        "a list has an end, and `offset` one by its type; that it begins at 0 is in the prose",
        &[
            (2, "* query limit maximum", "- | 1000"),
            (2, "* query offset maximum", "- | 9223372036854775807"),
            (2, "* query offset default", "- | 0"),
        ],
    ),
    (
        "how large a number can be: the public description says `integer` alone",
        &[
            (2, "* query limit format", INT64),
            (2, "* query offset format", INT64),
            (1, "* path id format", INT64),
            (7, "* .favoritesCount format", INT64),
            (2, "* .articlesCount format", INT64),
            (1, "* .comment .id format", INT64),
            (1, "* .comments items .id format", INT64),
            (1, "* path id minimum", LEAST),
            (7, "* .favoritesCount minimum", LEAST),
            (2, "* .articlesCount minimum", LEAST),
            (1, "* .comment .id minimum", LEAST),
            (1, "* .comments items .id minimum", LEAST),
            (1, "* path id maximum", MOST),
            (7, "* .favoritesCount maximum", MOST),
            (2, "* .articlesCount maximum", MOST),
            (1, "* .comment .id maximum", MOST),
            (1, "* .comments items .id maximum", MOST),
        ],
    ),
    (
        "that one field must be given is in the words of the public description",
        &[(1, "PUT /api/user body application/json .user minProperties", "- | 1")],
    ),
    (
        "the public description has this format at the other two passwords, and forgets it here",
        &[(1, "PUT /api/user body application/json .user .password format", r#"- | "password""#)],
    ),
    (
        "the application takes more: `null` as the empty text, and other tags for an article",
        &[
            (1, "PUT /api/user body application/json .user .bio type", "string | null or string"),
            (1, "PUT /api/user body application/json .user .image type", "string | null or string"),
            (1, "PUT /api/articles/{slug} body application/json .article .tagList", "- | optional"),
        ],
    ),
];

const OPTIONAL_TOKEN: &str =
    r#"anybody | anybody or {in="header" name="Authorization" type="apiKey" scopes=[]}"#;
const INT64: &str = r#"- | "int64""#;
const LEAST: &str = "- | -9223372036854775808";
const MOST: &str = "- | 9223372036854775807";
/// A text of blanks is as good as none.
const BLANK: &str = r#"- | "\\S""#;

/// What the table does not explain, and what of it is true no more, a line each.
pub(crate) fn unexplained(differences: &[Difference]) -> Vec<String> {
    let rows: Vec<&Row> = DIFFERENCES.iter().flat_map(|(_, rows)| *rows).collect();
    let mut found = vec![0; rows.len()];
    let mut lines = Vec::new();
    for difference in differences {
        let explains = |(_, place, what): &&Row| fits(place, &difference.place) && difference.what() == *what;
        match rows.iter().position(explains) {
            Some(row) => found[row] += 1,
            None => lines.push(format!("no reason for {difference}")),
        }
    }
    let wrong = rows.iter().zip(found).filter(|((times, ..), found)| times != found);
    lines.extend(wrong.map(|((times, place, what), found)| format!("{found}, not {times}: {place}: {what}")));
    lines
}

fn fits(pattern: &str, place: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == place,
        Some((start, end)) => place.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
    }
}
