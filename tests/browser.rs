//! The form of the tour in a real browser. Skipped, with the reason printed, where there is none.
#![cfg(unix)]

use tests::folder::Folder;
use tests::process::Tour;
use tests::webdriver::Browser;

fn submit(browser: &Browser, title: &str, post: &str) {
    browser.fill("#title", title);
    browser.fill("#post", post);
    browser.click("button[type=submit]");
}

const NEWEST: [&str; 2] = ["#posts li:first-child h3", "#posts li:first-child p"];

#[test]
fn a_post_is_filled_in_submitted_and_shown() {
    let Some(browser) = Browser::start() else { return };
    let folder = Folder::new();
    let tour = Tour::start(folder.path());
    let url = format!("http://{}/", tour.address);
    browser.open(&url);
    browser.wait_for("#none", "There is no post yet.");
    for (title, post) in [("T", "P"), ("<b>bold</b><img src=x onerror=alert(1)>", "two\nlines & <i>more</i>")]
    {
        submit(&browser, title, post);
        browser.wait_for("[role=status]", &format!("The post titled {title} says: {post}"));
        browser.wait_for(NEWEST[0], title);
        browser.wait_for(NEWEST[1], post);
        assert_eq!(browser.text("[role=alert]").as_deref(), Some(""));
        assert_eq!(browser.run("return title.value + post.value"), "", "ready for the next one");
    }
    assert_eq!(browser.run("return document.querySelectorAll('#posts b, #posts i, img').length"), 0);

    let _ = tour.end("-TERM");
    let tour = Tour::start(folder.path());
    browser.open(&format!("http://{}/", tour.address));
    browser.wait_for(NEWEST[0], "<b>bold</b><img src=x onerror=alert(1)>");
    browser.wait_for("#posts li:last-child h3", "T");
    assert_eq!(browser.run("return document.querySelectorAll('#posts li').length"), 2);
    assert_eq!(browser.console(), [""; 0]);
}

#[test]
fn what_is_wrong_with_a_post_is_shown() {
    let Some(browser) = Browser::start() else { return };
    let folder = Folder::new();
    let tour = Tour::start(folder.path());
    browser.open(&format!("http://{}/", tour.address));
    let problem = "Unprocessable Entity: the post can't be kept as it is";
    let [title, post] = ["title must have 1 to 200 characters", "post must have 1 to 10000 characters"];

    submit(&browser, "", "P");
    browser.wait_for("[role=alert]", &format!("{problem}\n{title}"));
    assert_eq!(browser.run("return document.activeElement.id"), "title");
    submit(&browser, " ", "");
    browser.wait_for("[role=alert]", &format!("{problem}\n{title}\n{post}"));
    submit(&browser, &"T".repeat(201), "P");
    browser.wait_for("[role=alert]", &format!("{problem}\n{title}"));
    assert_eq!(browser.text("[role=status]").as_deref(), Some(""));
    assert_eq!(browser.run("return title.value.length"), 201, "what was typed stays");

    submit(&browser, &"T".repeat(200), "P");
    browser.wait_for(NEWEST[0], &"T".repeat(200));
    assert_eq!(browser.text("[role=alert]").as_deref(), Some(""));
    assert_eq!(browser.run("return document.querySelectorAll('[aria-invalid]').length"), 0);
    // The browser reports the three refusals itself.
    let console = browser.console();
    assert!(console.len() == 3 && console.iter().all(|line| line.contains("status of 422")), "{console:?}");

    drop(tour);
    submit(&browser, "T", "P");
    browser.wait_for("[role=alert]", "No answer: the server can't be reached");
}

#[test]
fn older_posts_come_by_the_button() {
    let Some(browser) = Browser::start() else { return };
    let folder = Folder::new();
    let tour = Tour::start(folder.path());
    browser.open(&format!("http://{}/", tour.address));
    let fill = "return (async () => { for (let i = 1; i <= 45; i++) await fetch('/api/post', { method: 'POST', \
                body: new URLSearchParams({ title: `T${i}`, post: 'P' }) }); })()";
    assert!(browser.run(fill).is_null());
    browser.open(&format!("http://{}/", tour.address));
    for last in ["T26", "T6", "T1"] {
        browser.wait_for("#posts li:last-child h3", last);
        if last != "T1" {
            browser.click("#older");
        }
    }
    assert_eq!(browser.run("return document.getElementById('older').hidden"), true);
    assert_eq!(browser.run("return document.querySelectorAll('#posts li').length"), 45);
    assert_eq!(browser.console(), [""; 0]);
}

#[test]
fn the_page_of_the_api_lists_every_route_and_sends_requests() {
    let Some(browser) = Browser::start() else { return };
    let folder = Folder::new();
    let tour = Tour::start(folder.path());
    browser.open(&format!("http://{}/docs", tour.address));
    browser.wait_for(".title small:last-child", "OAS 3.1");
    // Each row of the table is an operation of the page, but for the files of the form, which are hidden.
    let operations =
        tour.table.lines().filter(|row| row.contains(" tour::") && !row.contains(" tour::page::")).count();
    assert_eq!(
        browser.run("return document.querySelectorAll('.opblock').length"),
        operations,
        "{}",
        tour.table
    );

    let trivia = "#operations-default-trivia";
    browser.click(&format!("{trivia} .opblock-summary-control"));
    browser.wait_for(&format!("{trivia} .try-out__btn"), "Try it out");
    browser.click(&format!("{trivia} .try-out__btn"));
    browser.fill(&format!("{trivia} .parameters input"), "42");
    browser.click(&format!("{trivia} .execute"));
    let answer = format!("{trivia} .live-responses-table .response");
    browser.wait_for(&format!("{answer} .response-col_status"), "200");
    let text = browser.text(&format!("{answer} .response-col_description")).unwrap_or_default();
    assert!(text.contains("42"), "{text}");
    // No foreign host, no script in the page: its policy had nothing to refuse.
    assert_eq!(browser.console(), [""; 0]);
}
