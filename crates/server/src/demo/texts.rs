//! The words of the demo: names, places and jobs as people of a small university town might write them.

/// First and last names of the people, forty pairs.
pub(super) const PEOPLE: [(&str, &str); 40] = [
    ("Maya", "Lindqvist"),
    ("Owen", "Castellano"),
    ("Priya", "Raman"),
    ("Caleb", "Whitaker"),
    ("Ines", "Moreau"),
    ("Tobias", "Keller"),
    ("Ruth", "Abernathy"),
    ("Samir", "Haddad"),
    ("Hazel", "Novak"),
    ("Desmond", "Okafor"),
    ("Lucía", "Ferrer"),
    ("Walter", "Pruitt"),
    ("Noor", "Siddiqui"),
    ("Elias", "Thornbury"),
    ("Greta", "Halvorsen"),
    ("Marcus", "Delaney"),
    ("Yuki", "Tanabe"),
    ("Fiona", "Gallagher"),
    ("Andre", "Baptiste"),
    ("Celeste", "Wynn"),
    ("Jonah", "Mirsky"),
    ("Amara", "Nwosu"),
    ("Pieter", "Vandermeer"),
    ("Lila", "Banerjee"),
    ("Hugo", "Santangelo"),
    ("Bea", "Crowley"),
    ("Kofi", "Mensah"),
    ("Sabine", "Richter"),
    ("Theo", "Marchetti"),
    ("Wren", "Hathaway"),
    ("Dmitri", "Volkov"),
    ("Joy", "Castillo"),
    ("Arlo", "Finch"),
    ("Mei", "Zhao"),
    ("Zoë", "Larkin"),
    ("Rafael", "Quintero"),
    ("Nadia", "Petrova"),
    ("Silas", "Greenwood"),
    ("Tamsin", "Poole"),
    ("Gus", "Ostrander"),
];

/// A part of the town and where it lies, in degrees east and north.
pub(super) struct Quarter {
    pub(super) name: &'static str,
    pub(super) longitude: f64,
    pub(super) latitude: f64,
}

const fn quarter(name: &'static str, longitude: f64, latitude: f64) -> Quarter {
    Quarter { name, longitude, latitude }
}

/// Where the jobs are.
pub(super) const QUARTERS: [Quarter; 14] = [
    quarter("Fall Creek", -76.4995, 42.4505),
    quarter("Collegetown", -76.4850, 42.4418),
    quarter("South Hill", -76.4945, 42.4270),
    quarter("West Hill", -76.5270, 42.4440),
    quarter("Cayuga Heights", -76.4880, 42.4665),
    quarter("Belle Sherman", -76.4740, 42.4360),
    quarter("Northside", -76.5060, 42.4490),
    quarter("Southside", -76.5080, 42.4340),
    quarter("the Commons", -76.4970, 42.4396),
    quarter("Forest Home", -76.4690, 42.4530),
    quarter("Varna", -76.4370, 42.4560),
    quarter("Stewart Park", -76.5040, 42.4600),
    quarter("East Hill", -76.4630, 42.4370),
    quarter("Lansing", -76.4800, 42.4840),
];

/// A kind of job; `{}` in its title is where.
pub(super) struct Kind {
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) skills: &'static str,
    pub(super) minutes: i64,
    /// Dollars, more or less.
    pub(super) pay: u64,
}

const fn kind(title: &'static str, minutes: i64, pay: u64, skills: &'static str, description: &'static str) -> Kind {
    Kind { title, description, skills, minutes, pay }
}

/// The categories, each with its kinds of jobs.
pub(super) const CATEGORIES: [(&str, [Kind; 12]); 5] = [
    ("Research", RESEARCH),
    ("Entertainment", ENTERTAINMENT),
    ("Labor", LABOR),
    ("Tutoring", TUTORING),
    ("Pet Sitting", PET_SITTING),
];

const RESEARCH: [Kind; 12] = [
    kind(
        "Taste-test yogurt in {}",
        45,
        20,
        "",
        "Try six small cups and fill in a sheet about each. No dairy allergies, please.",
    ),
    kind(
        "Sleep study, two nights near {}",
        960,
        140,
        "sound sleeper",
        "You sleep in our lab with a wristband on. Breakfast is on us. Non-smokers between 18 and 40.",
    ),
    kind(
        "Transcribe interviews for a thesis, {}",
        240,
        70,
        "typing, patience",
        "Five recorded talks with farmers, about thirty minutes each, clear sound. A style sheet is provided.",
    ),
    kind(
        "Count birds with us around {}",
        180,
        35,
        "birding",
        "A morning walk along marked stops; you note what you see and hear. Binoculars can be borrowed.",
    ),
    kind(
        "Reaction time experiment in {}",
        30,
        12,
        "",
        "Press a key when the circle turns green. Simple, and a little addictive. Normal or corrected sight needed.",
    ),
    kind(
        "Test a wayfinding app in {}",
        60,
        25,
        "smartphone",
        "Walk a short route with our prototype and think aloud while a student takes notes.",
    ),
    kind(
        "Survey shoppers at {}",
        300,
        85,
        "friendly, Spanish welcome",
        "Ask passers-by ten questions about how they got here today. Tablet and vest provided.",
    ),
    kind(
        "Label photos of leaves, {}",
        120,
        30,
        "careful eye",
        "Sort a few hundred pictures by disease. We show you how in ten minutes, and you can sit anywhere with wifi.",
    ),
    kind(
        "Bilingual readers wanted near {}",
        60,
        24,
        "Mandarin or Korean",
        "Read short texts on a screen while a camera follows your eyes. Takes an hour, with breaks.",
    ),
    kind(
        "Collect water samples from {}",
        150,
        45,
        "driving licence",
        "Fill bottles at eight marked spots along the stream and bring them to the lab in a cooler.",
    ),
    kind(
        "Help digitise old maps in {}",
        360,
        95,
        "scanning, file naming",
        "A drawer full of survey maps from the 1920s wants to be scanned and catalogued with care.",
    ),
    kind(
        "Focus group on bus routes, {}",
        90,
        40,
        "",
        "Eight neighbours around a table with cookies, talking about which lines they miss. Evening hours.",
    ),
];

const ENTERTAINMENT: [Kind; 12] = [
    kind(
        "Acoustic guitar for a garden party in {}",
        120,
        110,
        "guitar, singing",
        "Two sets of quiet songs while people eat. We have shade, a socket and plenty of lemonade.",
    ),
    kind(
        "Magician for a seventh birthday, {}",
        60,
        90,
        "magic, children",
        "Twelve excited children and one shy birthday boy. Card tricks and a rabbit joke would do it.",
    ),
    kind(
        "DJ for a graduation evening in {}",
        240,
        220,
        "own equipment",
        "About sixty guests from three generations. Some swing, some disco, nothing too loud after ten.",
    ),
    kind(
        "Face painting at the street fair, {}",
        180,
        75,
        "face painting",
        "A table by the fountain, tigers and butterflies mostly. Paints are paid for if you keep the receipt.",
    ),
    kind(
        "Trivia host for a bar night near {}",
        150,
        65,
        "quick wit",
        "You bring forty questions, we bring the buzzer. The crowd likes film, food and local history.",
    ),
    kind(
        "String trio for a small wedding in {}",
        90,
        240,
        "violin, viola or cello",
        "Outdoors if it is dry, in the barn if not. Pachelbel is not required.",
    ),
    kind(
        "Storyteller for a library afternoon, {}",
        60,
        50,
        "reading aloud",
        "Folk tales for ages four to eight, with a drum or a puppet if you have one.",
    ),
    kind(
        "Photographer for a family reunion in {}",
        120,
        130,
        "portrait photography",
        "Thirty cousins on a lawn. We would like one good group picture and many silly ones.",
    ),
    kind(
        "Juggler for the farmers market at {}",
        120,
        60,
        "juggling, unicycle",
        "Saturday from ten. Hat money is yours on top of the pay.",
    ),
    kind(
        "Piano for a dinner on {}",
        180,
        120,
        "jazz piano",
        "An upright, freshly tuned, in the corner of the room. Standards, softly.",
    ),
    kind(
        "Improv duo to open a comedy night, {}",
        45,
        70,
        "improv",
        "Fifteen minutes to warm up the room. Students are very welcome to apply.",
    ),
    kind(
        "Swing dance lesson for beginners in {}",
        90,
        80,
        "lindy hop",
        "Ten couples, none of whom can dance. We have a wooden floor and a loudspeaker.",
    ),
];

const LABOR: [Kind; 12] = [
    kind(
        "Help me move a sofa in {}",
        60,
        40,
        "lifting",
        "One flight of stairs down and into a pickup. Two people can do it, three would laugh more.",
    ),
    kind(
        "Rake leaves off a big lawn, {}",
        180,
        55,
        "",
        "Two maples gave all they had. Rakes, bags and hot cider are here.",
    ),
    kind(
        "Shovel snow this winter on {}",
        45,
        25,
        "early riser",
        "A short driveway and the steps, before eight whenever it snows more than two inches.",
    ),
    kind(
        "Paint a porch in {}",
        480,
        150,
        "painting, ladder",
        "Sanded already; it needs two coats of grey. Brushes are new and waiting.",
    ),
    kind(
        "Assemble two bookshelves, {}",
        90,
        35,
        "tools",
        "Flat boxes, the usual little key. I have a drill and no patience.",
    ),
    kind(
        "Stack firewood in {}",
        150,
        50,
        "strong back",
        "Two cords of oak from the drive to the shed behind the house. Gloves provided.",
    ),
    kind(
        "Weed a vegetable garden in {}",
        120,
        38,
        "gardening",
        "The bindweed is winning. I will show you which ones are the carrots.",
    ),
    kind(
        "Load a moving truck near {}",
        240,
        90,
        "lifting, packing",
        "A two-bedroom flat on the ground floor, boxes are packed and labelled.",
    ),
    kind(
        "Clean gutters on a low roof, {}",
        90,
        60,
        "ladder",
        "Single storey, about sixty feet in all. I hold the ladder, you hold your nose.",
    ),
    kind(
        "Set up tents for a festival at {}",
        300,
        85,
        "teamwork",
        "Twenty canopies on Friday afternoon; the same crew takes them down on Sunday if you like.",
    ),
    kind(
        "Fix a bicycle brake in {}",
        45,
        22,
        "bicycles",
        "It squeaks and does not stop, which is the wrong way round. New pads are here.",
    ),
    kind(
        "Dig holes for six fruit trees, {}",
        210,
        75,
        "digging",
        "Clay soil, sorry. Pears, plums, and pizza afterwards.",
    ),
];

const TUTORING: [Kind; 12] = [
    kind(
        "Algebra help for a ninth grader in {}",
        60,
        30,
        "algebra",
        "Bright, easily bored, likes football. Twice a week until the end of term.",
    ),
    kind(
        "Conversational Spanish over coffee, {}",
        60,
        25,
        "Spanish",
        "I can order food and little else. An hour of talk each week, coffee on me.",
    ),
    kind(
        "Organic chemistry before the exam, {}",
        120,
        60,
        "organic chemistry",
        "Mechanisms, mostly. I have old exams and a whiteboard.",
    ),
    kind(
        "Piano lessons for an adult beginner in {}",
        45,
        35,
        "piano, teaching",
        "Forty-six years old and never touched a key. There is a decent digital piano.",
    ),
    kind(
        "Reading practice for a second grader, {}",
        45,
        22,
        "patience",
        "She knows all about dinosaurs and would rather tell you than read. Gentle persuasion wanted.",
    ),
    kind(
        "Python from scratch near {}",
        90,
        50,
        "Python",
        "I want to sort my expenses without a spreadsheet. Explain loops to me like I am a cook.",
    ),
    kind(
        "English essay feedback in {}",
        60,
        32,
        "academic writing",
        "Two pages on migration in the Balkans by somebody whose first language is Turkish.",
    ),
    kind(
        "Statistics for a biology project, {}",
        90,
        55,
        "statistics, R",
        "I have data on beetles and a deadline. Which test, and why?",
    ),
    kind(
        "Driving practice around {}",
        90,
        45,
        "licensed over 21",
        "Permit in hand, parallel parking still a mystery. My car, your calm voice.",
    ),
    kind(
        "French for a summer in Lyon, {}",
        60,
        30,
        "French",
        "Two months to go from school French to something that works at a bakery.",
    ),
    kind(
        "Calculus study group in {}",
        120,
        48,
        "calculus",
        "Four of us, stuck at series. A patient person with chalk could save the semester.",
    ),
    kind(
        "Chess lessons for two siblings, {}",
        60,
        28,
        "chess",
        "Eight and ten, fiercely competitive. Openings first, diplomacy second.",
    ),
];

const PET_SITTING: [Kind; 12] = [
    kind(
        "Walk a lively beagle in {}",
        45,
        16,
        "dogs",
        "Biscuit pulls like a tractor and loves everybody. Lunchtimes, Monday to Thursday.",
    ),
    kind(
        "Feed two cats over the weekend, {}",
        30,
        30,
        "cats",
        "Two visits a day, wet food in the morning. Pepper hides, Salt will sit on you.",
    ),
    kind(
        "House and hound, ten days on {}",
        600,
        260,
        "dogs, house sitting",
        "An old greyhound who sleeps twenty hours a day. You get the house and the garden.",
    ),
    kind(
        "Look after a rabbit in {}",
        30,
        18,
        "",
        "Hay, greens, a clean corner and a scratch between the ears. Can also come to you.",
    ),
    kind(
        "Puppy company near {}",
        180,
        45,
        "puppies",
        "Ten weeks old and not to be left alone yet. Bring a book and old socks.",
    ),
    kind(
        "Parrot needs a friend in {}",
        60,
        28,
        "birds",
        "An African grey who whistles the first half of many songs. Please know the second half.",
    ),
    kind("Chicken duty at {}", 20, 14, "", "Let five hens out at seven, shut them in at dusk. Eggs are yours."),
    kind(
        "Drive a cat to the vet from {}",
        90,
        32,
        "driving licence",
        "She is calm in the carrier and furious out of it. Appointment is booked.",
    ),
    kind(
        "Dog walker for three days, {}",
        60,
        22,
        "dogs",
        "A shy collie who needs a long loop along the water and no other dogs too close.",
    ),
    kind(
        "Aquarium sitter in {}",
        20,
        15,
        "aquariums",
        "A pinch of food each day and a look at the thermometer while we are away.",
    ),
    kind(
        "Cat with medicine in {}",
        30,
        26,
        "cats, giving pills",
        "One small pill each evening, hidden in tuna. He knows, but he pretends.",
    ),
    kind(
        "Exercise a horse outside {}",
        90,
        40,
        "riding",
        "A good-natured mare, fourteen years old. Hacking out in the fields, helmet required.",
    ),
];

/// Further notes, as many jobs have them.
pub(super) const NOTES: [&str; 6] = [
    "",
    "Cash or transfer, as you prefer.",
    "Please write a line about yourself.",
    "Parking on the street is free after six.",
    "The 30 bus stops around the corner.",
    "Dates can be moved by a day or two.",
];

/// What people say of one another, by the stars that they give; nobody gives fewer than two.
pub(super) const VERDICTS: [(i64, [&str; 4]); 4] = [
    (2, ["Came an hour late.", "Work was done, barely.", "Changed the time twice.", "Not what we had agreed on."]),
    (3, ["Fine, if a little rushed.", "Did what was asked.", "Decent, hard to reach by phone.", "All right."]),
    (4, ["Friendly and on time.", "Good work, would ask again.", "Clear and fair.", "Went well from start to end."]),
    (
        5,
        [
            "Could not have been better!",
            "Careful, kind and quick.",
            "A pleasure. Thank you!",
            "Went out of the way to help.",
        ],
    ),
];
