//! The words of the demo shop: categories, garments, colours, brands and people's names.

/// One node of the category tree: path, name, disclosure form, size chart.
pub struct Category(pub &'static str, pub &'static str, pub &'static str, pub Option<&'static str>);

/// Parents before children.
pub const CATEGORIES: &[Category] = &[
    Category("women", "여성", "wear", None),
    Category("women/tops", "상의", "wear", Some("top")),
    Category("women/tops/tshirts", "티셔츠", "wear", None),
    Category("women/tops/knitwear", "니트", "wear", None),
    Category("women/tops/shirts", "셔츠·블라우스", "wear", None),
    Category("women/bottoms", "하의", "wear", Some("bottom")),
    Category("women/bottoms/pants", "팬츠", "wear", None),
    Category("women/bottoms/denim", "데님", "wear", None),
    Category("women/bottoms/skirts", "스커트", "wear", Some("skirt")),
    Category("women/outer", "아우터", "wear", Some("top")),
    Category("women/outer/coats", "코트", "wear", None),
    Category("women/outer/jackets", "재킷", "wear", None),
    Category("women/outer/cardigans", "가디건", "wear", None),
    Category("women/dresses", "원피스", "wear", Some("dress")),
    Category("men", "남성", "wear", None),
    Category("men/tops", "상의", "wear", Some("top")),
    Category("men/tops/tshirts", "티셔츠", "wear", None),
    Category("men/tops/sweatshirts", "맨투맨·후디", "wear", None),
    Category("men/tops/shirts", "셔츠", "wear", None),
    Category("men/bottoms", "하의", "wear", Some("bottom")),
    Category("men/bottoms/pants", "팬츠", "wear", None),
    Category("men/bottoms/denim", "데님", "wear", None),
    Category("men/outer", "아우터", "wear", Some("top")),
    Category("men/outer/coats", "코트", "wear", None),
    Category("men/outer/padding", "패딩", "wear", None),
    Category("shoes", "슈즈", "shoes", Some("shoes")),
    Category("shoes/sneakers", "스니커즈", "shoes", None),
    Category("shoes/loafers", "로퍼", "shoes", None),
    Category("shoes/boots", "부츠", "shoes", None),
    Category("bags", "가방", "bag", None),
    Category("bags/shoulder", "숄더백", "bag", None),
    Category("bags/backpacks", "백팩", "bag", None),
    Category("accessories", "액세서리", "fashion_items", None),
    Category("accessories/caps", "모자", "fashion_items", None),
    Category("accessories/socks", "양말", "fashion_items", None),
];

/// One kind of goods: where it hangs, what it is called, how it is cut, what it costs (in thousand won).
pub struct Kind {
    pub category: &'static str,
    pub noun: &'static str,
    pub noun_en: &'static str,
    pub shape: Shape,
    pub gender: &'static str,
    pub sizes: &'static [&'static str],
    pub materials: &'static [&'static str],
    pub price: (i64, i64),
}

/// Its silhouette in the demo pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    Top,
    Coat,
    Pants,
    Skirt,
    Dress,
    Shoe,
    Bag,
    Cap,
}

const LETTERS: &[&str] = &["S", "M", "L", "XL"];
const WOMEN: &[&str] = &["XS", "S", "M", "L"];
const WAIST: &[&str] = &["28", "30", "32", "34"];
const FEET: &[&str] = &["240", "250", "260", "270", "280"];
const FREE: &[&str] = &["FREE"];

macro_rules! kind { ($category:literal, $noun:literal, $en:literal, $shape:ident, $gender:literal, $sizes:ident, [$($material:literal),*], $low:literal ..= $high:literal) => {
    Kind { category: $category, noun: $noun, noun_en: $en, shape: Shape::$shape, gender: $gender, sizes: $sizes, materials: &[$($material),*], price: ($low, $high) }
} }

pub const KINDS: &[Kind] = &[
    kind!("women/tops/tshirts", "크루넥 티셔츠", "Crew Neck Tee", Top, "w", WOMEN, ["코튼", "슬럽", "립"], 19..=39),
    kind!(
        "women/tops/knitwear",
        "라운드 니트",
        "Round Knit",
        Top,
        "w",
        FREE,
        ["메리노 울", "캐시미어 혼방", "알파카"],
        49..=129
    ),
    kind!("women/tops/shirts", "블라우스", "Blouse", Top, "w", WOMEN, ["새틴", "코튼", "텐셀"], 39..=89),
    kind!(
        "women/bottoms/pants",
        "와이드 슬랙스",
        "Wide Slacks",
        Pants,
        "w",
        WOMEN,
        ["울 혼방", "텐셀", "코튼"],
        49..=99
    ),
    kind!(
        "women/bottoms/denim",
        "스트레이트 데님",
        "Straight Jeans",
        Pants,
        "w",
        WOMEN,
        ["워싱", "논페이드", "스트레치"],
        59..=109
    ),
    kind!("women/bottoms/skirts", "미디 스커트", "Midi Skirt", Skirt, "w", WOMEN, ["플리츠", "새틴", "울"], 45..=95),
    kind!(
        "women/outer/coats",
        "핸드메이드 코트",
        "Handmade Coat",
        Coat,
        "w",
        WOMEN,
        ["울", "캐시미어 혼방"],
        189..=459
    ),
    kind!(
        "women/outer/jackets",
        "싱글 재킷",
        "Single Jacket",
        Coat,
        "w",
        WOMEN,
        ["트위드", "린넨", "울 혼방"],
        99..=259
    ),
    kind!("women/outer/cardigans", "크롭 가디건", "Crop Cardigan", Coat, "w", FREE, ["모헤어", "코튼", "울"], 49..=119),
    kind!("women/dresses", "셔링 원피스", "Shirring Dress", Dress, "w", WOMEN, ["코튼", "새틴", "린넨"], 69..=159),
    kind!(
        "men/tops/tshirts",
        "오버핏 반팔 티셔츠",
        "Over Fit Tee",
        Top,
        "m",
        LETTERS,
        ["헤비 코튼", "쿨", "피그먼트"],
        19..=45
    ),
    kind!("men/tops/sweatshirts", "스웨트 셔츠", "Sweatshirt", Top, "m", LETTERS, ["기모", "테리", "코튼"], 45..=89),
    kind!("men/tops/shirts", "옥스포드 셔츠", "Oxford Shirt", Top, "m", LETTERS, ["코튼", "린넨"], 45..=95),
    kind!(
        "men/bottoms/pants",
        "테이퍼드 팬츠",
        "Tapered Pants",
        Pants,
        "m",
        WAIST,
        ["치노", "나일론", "울 혼방"],
        49..=109
    ),
    kind!(
        "men/bottoms/denim",
        "셀비지 데님",
        "Selvedge Denim",
        Pants,
        "m",
        WAIST,
        ["14온스", "생지", "워싱"],
        69..=159
    ),
    kind!("men/outer/coats", "발마칸 코트", "Balmacaan Coat", Coat, "m", LETTERS, ["울", "개버딘"], 199..=489),
    kind!("men/outer/padding", "경량 패딩", "Light Padding", Coat, "m", LETTERS, ["덕다운", "웰론"], 89..=289),
    kind!("shoes/sneakers", "스니커즈", "Sneakers", Shoe, "u", FEET, ["캔버스", "스웨이드", "레더"], 59..=169),
    kind!("shoes/loafers", "페니 로퍼", "Penny Loafers", Shoe, "u", FEET, ["소가죽", "스웨이드"], 99..=239),
    kind!("shoes/boots", "첼시 부츠", "Chelsea Boots", Shoe, "u", FEET, ["소가죽", "스웨이드"], 129..=299),
    kind!("bags/shoulder", "숄더백", "Shoulder Bag", Bag, "w", FREE, ["소가죽", "나일론", "비건 레더"], 69..=289),
    kind!("bags/backpacks", "데이 백팩", "Day Backpack", Bag, "u", FREE, ["나일론", "코듀라"], 69..=159),
    kind!("accessories/caps", "볼캡", "Ball Cap", Cap, "u", FREE, ["코튼", "코듀로이", "울"], 25..=59),
    kind!("accessories/socks", "골지 양말 3팩", "Rib Socks 3 Pack", Cap, "u", FREE, ["코튼", "메리노 울"], 9..=19),
];

/// A colour: standard code, name, what it looks like.
pub const COLORS: &[(&str, &str, &str)] = &[
    ("black", "블랙", "#1c1c1e"),
    ("white", "화이트", "#f5f5f2"),
    ("gray", "멜란지 그레이", "#9a9a9e"),
    ("ivory", "아이보리", "#efe8d8"),
    ("beige", "베이지", "#d2bd9a"),
    ("brown", "브라운", "#6f4e37"),
    ("navy", "네이비", "#1f2a44"),
    ("khaki", "카키", "#5b5f45"),
    ("sky_blue", "스카이블루", "#9cc3e6"),
    ("pink", "핑크", "#eab8c0"),
    ("green", "그린", "#3f6b4f"),
    ("red", "레드", "#b3262e"),
];

pub const MOODS: &[&str] = &[
    "데일리",
    "에센셜",
    "릴랙스",
    "시그니처",
    "클래식",
    "어반",
    "빈티지",
    "미니멀",
    "위켄드",
    "소프트",
    "모던",
    "오리지널",
];

/// Seller and its own brand: code, company, store, brand, brand in English.
pub const STORES: &[(&str, &str, &str, &str, &str)] = &[
    ("moodhaus", "(주)무드하우스", "무드하우스", "무드하우스", "Mood Haus"),
    ("dailycotton", "데일리코튼", "데일리코튼", "데일리코튼", "Daily Cotton"),
    ("hanriver", "주식회사 한강상사", "한강상사", "리버사이드", "Riverside"),
    ("seongsu", "성수스튜디오", "성수스튜디오", "성수 스튜디오", "Seongsu Studio"),
    ("dripapparel", "(주)드립어패럴", "드립어패럴", "드리프트", "Drift"),
    ("northfold", "(주)노스폴드", "노스폴드", "노스폴드", "Northfold"),
    ("ondo", "온도컴퍼니", "온도", "온도", "ONDO"),
    ("yeoreum", "여름의집", "여름의집", "여름의집", "House of Summer"),
    ("rawedge", "로우엣지", "로우엣지", "로우엣지", "Raw Edge"),
    ("maisonbaek", "메종백(주)", "메종백", "메종백", "Maison Baek"),
    ("slowpace", "슬로우페이스", "슬로우페이스", "슬로우 페이스", "Slow Pace"),
    ("gyul", "귤공방", "귤공방", "귤", "GYUL"),
    ("atelierjin", "아틀리에 진", "아틀리에 진", "아틀리에 진", "Atelier Jin"),
    ("bluehour", "블루아워(주)", "블루아워", "블루아워", "Blue Hour"),
    ("mongdol", "몽돌", "몽돌", "몽돌", "Mongdol"),
    ("verdant", "(주)버던트", "버던트", "버던트", "Verdant"),
    ("sixpm", "식스피엠", "식스피엠", "식스피엠", "6PM Seoul"),
    ("paperboat", "종이배", "종이배", "페이퍼보트", "Paper Boat"),
    ("hwadam", "화담", "화담", "화담", "Hwadam"),
    ("outpost", "(주)아웃포스트", "아웃포스트", "아웃포스트", "Outpost"),
    ("lune", "륀느", "륀느", "륀느", "Lune"),
    ("kkochi", "꼬치실", "꼬치실", "꼬치실", "Kkochisil"),
    ("standardline", "스탠다드라인(주)", "스탠다드라인", "스탠다드 라인", "Standard Line"),
    ("dotori", "도토리상점", "도토리상점", "도토리", "Dotori"),
    ("nave", "네이브", "네이브", "네이브", "NAVE"),
    ("hongdae91", "홍대구일", "홍대91", "홍대91", "Hongdae 91"),
    ("saebyeok", "(주)새벽", "새벽", "새벽", "Saebyeok"),
    ("pinecone", "솔방울", "솔방울", "파인콘", "Pinecone"),
    ("walkers", "워커스(주)", "워커스", "워커스", "Walkers"),
    ("bagdang", "백당", "백당", "백당", "Bagdang"),
];

/// Further brands, carried by the first ten stores.
pub const MORE_BRANDS: &[(&str, &str, &str)] = &[
    ("mood-basic", "무드 베이직", "Mood Basic"),
    ("cotton-lab", "코튼랩", "Cotton Lab"),
    ("river-active", "리버 액티브", "River Active"),
    ("seongsu-shoes", "성수 슈즈", "Seongsu Shoes"),
    ("drift-kit", "드리프트 킷", "Drift Kit"),
    ("fold-home", "폴드 홈", "Fold Home"),
    ("ondo-knit", "온도 니트", "ONDO Knit"),
    ("summer-bag", "서머백", "Summer Bag"),
    ("edge-denim", "엣지 데님", "Edge Denim"),
    ("baek-leather", "백 레더", "Baek Leather"),
];

pub const PEOPLE: &[&str] = &[
    "김민지",
    "이서연",
    "박지훈",
    "최수아",
    "정도윤",
    "강하은",
    "조은우",
    "윤서준",
    "장예린",
    "임시우",
    "한지민",
    "오태양",
    "서가은",
    "신동현",
    "권나래",
    "황보람",
    "안재원",
    "송이나",
    "류준호",
    "홍세라",
];
