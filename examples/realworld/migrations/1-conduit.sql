-- Texts are as their authors wrote them; who shows them escapes them. Times are UTC with milliseconds, so they sort as texts.

-- "Cond"
PRAGMA application_id = 0x436f6e64;

CREATE TABLE user (
    id       INTEGER PRIMARY KEY,
    username TEXT NOT NULL COLLATE NOCASE UNIQUE,
    email    TEXT NOT NULL COLLATE NOCASE UNIQUE,
    -- A hash, which says itself how it was made.
    password TEXT NOT NULL,
    bio      TEXT NOT NULL DEFAULT '',
    image    TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE follow (
    follower INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    followed INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    PRIMARY KEY (follower, followed)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: an id is never given twice, so the newest article has the highest.
CREATE TABLE article (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    slug        TEXT NOT NULL UNIQUE,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    author      INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    created_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- The last, so that lists, which do not have it, need not read over it.
    body        TEXT NOT NULL
) STRICT;

CREATE INDEX article_by_author ON article (author);

CREATE TABLE tag (
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    name    TEXT NOT NULL,
    PRIMARY KEY (article, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX tag_by_name ON tag (name);

CREATE TABLE favorite (
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    user    INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    PRIMARY KEY (article, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX favorite_by_user ON favorite (user);

CREATE TABLE comment (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    article    INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    author     INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    body       TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE INDEX comment_by_article ON comment (article);
