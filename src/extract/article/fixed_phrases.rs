//! The words pages put about an article, in the languages of the wires this program reads: what a
//! line says when it is no part of the text.
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// A longer line is prose about the matter, not a sign on the way, in bytes.
const SIGN_BYTES_MAX: usize = 90;

/// A longer line is not dropped for a phrase inside it, in bytes.
const NOTICE_BYTES_MAX: usize = 480;

/// Lines that say just this.
#[rustfmt::skip]
const BOILERPLATE_LINES: &[&str] = &[
    "ad", "ads", "advertisement", "advertising", "advertise with us", "sponsored",
    "sponsored content", "story continues below advertisement", "story continues below",
    "article continues below", "article continues after advertisement", "scroll to continue",
    "continue reading", "read more", "read full story", "learn more", "see more", "show more",
    "load more", "view more", "view all", "see all", "find out more", "click here", "share",
    "share this", "share this article", "share this story", "share on facebook", "tweet", "email",
    "print", "print this page", "copy link", "link copied", "save", "save article", "follow us",
    "follow", "subscribe", "subscribe now", "sign up", "sign up now", "sign in", "log in",
    "register", "submit", "comments", "comment", "leave a comment", "add a comment",
    "show comments", "view comments", "back to top", "skip to content", "skip to main content",
    "skip advertisement", "listen", "listen to this article", "play", "watch", "video", "gallery",
    "photos", "hide caption", "show caption", "toggle caption", "enlarge this image", "close",
    "menu", "search", "home", "table of contents", "contents", "in this article", "on this page",
    "jump to", "tags", "topics", "filed under", "related topics", "book now", "buy now", "shop now",
    "get started", "request a demo", "book a demo", "get a demo", "try for free",
    "start free trial", "contact us", "download", "download now", "image", "loading",
    "was this article helpful", "give feedback", "send feedback", "report an error",
    // German
    "anzeige", "werbung", "teilen", "merken", "drucken", "kommentare", "kommentar schreiben",
    "mehr", "mehr lesen", "weiterlesen", "zur startseite", "artikel teilen", "abonnieren",
    "jetzt abonnieren", "anmelden", "schließen", "inhaltsverzeichnis", "themen",
    // French, Spanish, Portuguese, Italian, Dutch, Russian
    "publicité", "partager", "lire la suite", "commentaires", "s'abonner", "imprimer", "publicidad",
    "compartir", "leer más", "comentarios", "suscríbete", "imprimir", "publicidade", "compartilhar",
    "leia mais", "comentários", "pubblicità", "condividi", "leggi tutto", "commenti", "advertentie",
    "delen", "реклама", "поделиться", "читать далее", "комментарии",
    // Korean, Japanese, Chinese
    "광고", "공유", "공유하기", "기사공유", "프린트", "인쇄", "스크랩", "댓글", "댓글 쓰기", "글자크기", "글자 크기 변경", "본문듣기", "구독",
    "구독하기", "더보기", "닫기", "좋아요", "広告", "シェア", "シェアする", "ツイート", "印刷", "コメント", "コメントする", "続きを読む",
    "もっと見る", "閉じる", "保存", "目次", "广告", "廣告", "分享", "分享到", "打印", "列印", "评论", "評論", "阅读更多", "閱讀更多",
    "更多", "关闭", "返回顶部", "字号", "扫一扫",
];

/// How lines begin that lead away from the article, or stand under a picture.
#[rustfmt::skip]
const BEGINNINGS: &[&str] = &[
    "related:", "related story", "related article", "read more:", "read more about", "read also",
    "read next", "also read", "see also", "more:", "watch:", "recommended:", "recommended read",
    "further reading", "you might also", "you may also", "photo:", "photo by", "photo credit",
    "photos:", "photograph:", "image:", "image by", "image credit", "image source",
    "image courtesy", "photo courtesy", "picture:", "credit:", "source: getty", "getty images",
    "file photo", "screenshot:", "share this", "follow us on", "subscribe to", "sign up for",
    "sign up to", "skip to", "last updated", "last reviewed", "last modified", "published on",
    "published:", "posted on", "updated:", "estimated reading", "reading time",
    "editor's note: this story was generated", "lesen sie auch", "mehr zum thema", "lesen sie hier",
    "foto:", "bild:", "quelle: dpa", "lesedauer", "stand:", "à lire aussi", "lire aussi",
    "sur le même sujet", "voir aussi", "crédit photo", "lea también", "le puede interesar",
    "te puede interesar", "ver también", "leia também", "veja também", "leggi anche", "lees ook",
    "читайте также", "фото:", "관련기사", "관련 기사", "[관련기사]", "▶", "☞", "사진=", "[사진", "(사진", "입력 ",
    "기사입력", "수정 ", "최종수정", "등록 ", "関連記事", "関連リンク", "あわせて読みたい", "写真:", "写真：", "更新日", "公開日", "相关阅读",
    "相关新闻", "相關新聞", "延伸阅读", "延伸閱讀", "责任编辑", "責任編輯", "责编", "编辑：", "来源：", "來源：", "图片来源", "圖片來源", "图：",
    "圖：",
];

/// What notices say that stand on every page of a site.
#[rustfmt::skip]
const NOTICES: &[&str] = &[
    "all rights reserved", "copyright ©", "© copyright", "copyright (c)", "terms of service",
    "terms of use and privacy", "privacy policy", "use cookies", "uses cookies", "cookie policy",
    "cookie settings", "accept all cookies", "affiliate link", "affiliate commission",
    "earn a commission", "earn commission", "our newsletter", "to our newsletter", "newsletter for",
    "daily newsletter", "weekly newsletter", "join our mailing list", "mailing list",
    "sign up for the", "sign up for our", "subscribe to our", "subscribe for",
    "to continue reading", "already a subscriber", "subscribers only", "create a free account",
    "enable javascript", "disable your ad blocker", "your browser does not support", "follow us on",
    "like us on facebook", "download our app", "download the app", "share your feedback",
    "this article was originally published", "thank you for subscribing", "thanks for subscribing",
    "alle rechte vorbehalten", "unseren newsletter", "newsletter abonnieren", "verwenden cookies",
    "verwendet cookies", "datenschutzerklärung", "jetzt weiterlesen", "tous droits réservés",
    "notre newsletter", "politique de confidentialité", "utilise des cookies",
    "réservé aux abonnés", "todos los derechos reservados", "política de privacidad",
    "nuestro boletín", "utiliza cookies", "todos os direitos reservados", "nossa newsletter",
    "tutti i diritti riservati", "nostra newsletter", "alle rechten voorbehouden",
    "все права защищены", "무단 전재", "무단전재", "재배포 금지", "재배포금지", "저작권자", "구독신청", "제보는 카카오톡", "쿠키를 사용",
    "무단 복제", "無断転載", "無断複製", "転載を禁", "会員限定", "メールマガジン", "クッキーを使用", "cookieを使用", "版权所有", "版權所有",
    "未经授权", "未經授權", "不得转载", "不得轉載", "请勿转载", "使用cookie",
];

/// What stands over a list of other articles, over what readers wrote or over who wrote it.
#[rustfmt::skip]
const ASIDES: &[&str] = &[
    "related articles", "related stories", "related posts", "related news", "related content",
    "related coverage", "related reading", "related topics", "related resources", "related links",
    "related searches", "related", "recommended", "recommended for you", "recommended stories",
    "recommended reading", "recommended articles", "recommended videos", "you may also like",
    "you might also like", "you may like", "you might like", "you may also be interested in",
    "you might also be interested in", "read next", "up next", "what to read next", "more stories",
    "more news", "more articles", "more like this", "more on this", "more on this story",
    "more on this topic", "more coverage", "more to read", "more to explore", "most read",
    "most viewed", "most popular", "most recent", "most shared", "popular stories", "popular posts",
    "popular articles", "popular now", "popular", "trending", "trending now", "trending stories",
    "top stories", "top news", "editors' picks", "editor's picks", "editor's choice", "latest",
    "latest news", "latest headlines", "latest stories", "latest posts", "latest articles",
    "latest videos", "recent posts", "recent articles", "recent stories", "recent news",
    "breaking news", "in other news", "elsewhere on the web", "around the web", "from the web",
    "from our partners", "promoted stories", "promoted content", "paid content",
    "sponsored stories", "suggested reading", "suggested articles", "about the author",
    "about the authors", "about author", "meet the author", "written by", "our contributors",
    "share this article", "share this story", "share this post", "share this", "leave a comment",
    "leave a reply", "post a comment", "join the discussion", "join the conversation",
    "join our newsletter", "comments", "reader comments", "subscribe to our newsletter",
    "sign up for our newsletter", "newsletter", "newsletters", "stay connected", "stay up to date",
    "stay informed", "get the newsletter", "further reading", "see also", "read also", "also read",
    "additional reading", "article sources", "sources", "references",
    // German
    "mehr zum thema", "lesen sie auch", "das könnte sie auch interessieren",
    "das könnte dich auch interessieren", "auch interessant", "meistgelesen", "meist gelesen",
    "meistgelesene artikel", "verwandte artikel", "verwandte themen", "weitere artikel",
    "weitere nachrichten", "weitere meldungen", "neueste artikel", "aktuelle nachrichten",
    "empfohlene artikel", "ähnliche artikel", "passend zum thema", "newsletter bestellen",
    "kommentare", "beliebte artikel", "top-themen",
    // French, Spanish, Portuguese, Italian, Dutch, Russian
    "à lire aussi", "lire aussi", "sur le même sujet", "les plus lus", "articles liés",
    "articles similaires", "à ne pas manquer", "vous aimerez aussi", "commentaires",
    "noticias relacionadas", "artículos relacionados", "te puede interesar",
    "también te puede interesar", "lo más leído", "lo más visto", "últimas noticias",
    "más noticias", "comentarios", "leia também", "leia mais", "mais lidas", "mais lidos",
    "notícias relacionadas", "últimas notícias", "veja também", "leggi anche", "i più letti",
    "articoli correlati", "lees ook", "meest gelezen", "читайте также", "самое читаемое",
    "популярное", "по теме", "похожие статьи",
    // Korean, Japanese, Chinese
    "관련기사", "관련 기사", "관련뉴스", "관련 뉴스", "많이 본 기사", "많이 본 뉴스", "많이본 기사", "많이본 뉴스", "가장 많이 본 뉴스",
    "인기기사", "인기 기사", "인기뉴스", "주요뉴스", "주요 뉴스", "주요기사", "추천기사", "추천 기사", "추천뉴스", "최신기사", "최신 기사",
    "최신뉴스", "실시간 뉴스", "핫이슈", "이 기사를 추천합니다", "당신이 좋아할 만한 콘텐츠", "함께 본 기사", "댓글", "오늘의 주요뉴스", "헤드라인",
    "기자의 다른 기사", "関連記事", "関連ニュース", "関連リンク", "関連する記事", "おすすめ", "おすすめ記事", "おすすめの記事", "あなたにおすすめ",
    "あわせて読みたい", "人気記事", "人気記事ランキング", "人気ランキング", "アクセスランキング", "記事ランキング", "ランキング", "新着記事", "最新記事",
    "最新ニュース", "注目記事", "注目ニュース", "こちらもおすすめ", "コメント", "相关阅读", "相关新闻", "相关文章", "相关推荐", "推荐阅读", "推荐",
    "热门新闻", "热门文章", "热点新闻", "热点推荐", "猜你喜欢", "延伸阅读", "最新新闻", "阅读排行", "评论", "相關新聞", "相關文章", "相關閱讀",
    "延伸閱讀", "推薦閱讀", "熱門新聞", "熱門文章", "最新消息", "猜你喜歡",
];

/// [`NOTICES`], all looked for in one pass.
static NOTICE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(NOTICES).ok());

/// What a line's text says of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phrase {
    /// Nothing that speaks against it.
    Text,
    /// That it is a sign, a notice or a pointer elsewhere.
    Sign,
    /// That what follows is something else.
    Aside,
}

/// Reads a line's text.
pub(super) fn classify(text: &str) -> Phrase {
    if text.len() > NOTICE_BYTES_MAX {
        return Phrase::Text;
    }
    let lower = text.to_lowercase().replace('’', "'");
    let lower = lower.trim();
    if lower.len() <= SIGN_BYTES_MAX {
        let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
        if ASIDES.contains(&bare) || bare.starts_with("more from ") {
            return Phrase::Aside;
        }
        // A writer's address under the text.
        let address = bare.contains('@') && bare.contains('.') && !bare.ends_with("다");
        if bare.is_empty() || address || BOILERPLATE_LINES.contains(&bare) || is_reading_time(bare)
        {
            return Phrase::Sign;
        }
    }
    let inner = lower.trim_start_matches(['(', '（', '[', '【', '<', '〈', '■', '●', ' ']);
    let begins = |text: &str| BEGINNINGS.iter().any(|beginning| text.starts_with(beginning));
    let begins = begins(lower) || begins(inner);
    // A long line that begins so is a sentence more often than a pointer.
    if begins && lower.len() <= 2 * SIGN_BYTES_MAX {
        return Phrase::Sign;
    }
    let notice = NOTICE.as_ref().is_some_and(|notices| notices.is_match(lower));
    if notice { Phrase::Sign } else { Phrase::Text }
}

/// "5 min read", "3 minute read", "読了時間 4分".
fn is_reading_time(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_digit());
    (begins && text.contains("min") && text.ends_with("read")) || text.starts_with("読了時間")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_about_an_article_is_told_from_what_stands_in_it() {
        for (text, expected) in [
            ("Advertisement", Phrase::Sign),
            ("— Read more —", Phrase::Sign),
            ("7 min read", Phrase::Sign),
            ("Photo: a harbour at dusk", Phrase::Sign),
            ("Sign up for our morning letter and never miss a thing.", Phrase::Sign),
            ("Related stories", Phrase::Aside),
            ("You May Also Like:", Phrase::Aside),
            ("More from the capital", Phrase::Aside),
            ("Meistgelesen", Phrase::Aside),
            ("많이 본 기사", Phrase::Aside),
            ("関連記事", Phrase::Aside),
            ("推荐阅读", Phrase::Aside),
            ("무단 전재 및 재배포 금지", Phrase::Sign),
            ("The minister said the related talks would go on.", Phrase::Text),
            ("Trending downwards since May, prices fell again.", Phrase::Text),
        ] {
            assert_eq!(classify(text), expected, "{text}");
        }
    }
}
