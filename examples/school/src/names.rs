//! Word lists: what people, streets, books and the rest are called.

/// Girls' first names.
pub const GIRLS: &[&str] = &[
    "Amelia", "Olivia", "Isla", "Ava", "Freya", "Lily", "Florence", "Mia", "Willow", "Rosie",
    "Sophia", "Grace", "Evie", "Poppy", "Ella", "Sienna", "Elsie", "Daisy", "Phoebe", "Alice",
    "Harriet", "Aisha", "Zara", "Maryam", "Fatima", "Priya", "Anaya", "Chloe", "Niamh", "Erin",
    "Martha", "Matilda", "Nancy", "Orla", "Ruby", "Sofia", "Thea", "Violet", "Zoe", "Hannah",
    "Imogen", "Jasmine", "Kiera", "Leila", "Mei", "Nadia", "Oluchi", "Petra", "Rhian", "Saoirse",
];

/// Boys' first names.
pub const BOYS: &[&str] = &[
    "Oliver", "George", "Arthur", "Noah", "Leo", "Theo", "Oscar", "Archie", "Jack", "Freddie",
    "Henry", "Charlie", "Alfie", "Harry", "Thomas", "Finley", "Jude", "Reuben", "Rory", "Toby",
    "Mohammed", "Yusuf", "Ibrahim", "Adam", "Kai", "Dylan", "Rhys", "Callum", "Ewan", "Hamish",
    "Samuel", "Daniel", "Joseph", "Louis", "Max", "Nathan", "Owen", "Patrick", "Ravi", "Sean",
    "Arjun", "Benjamin", "Chidi", "Elias", "Felix", "Gabriel", "Hugo", "Isaac", "Jakub", "Luca",
];

/// Women's first names, a generation earlier.
pub const WOMEN: &[&str] = &[
    "Sarah",
    "Claire",
    "Emma",
    "Nicola",
    "Rachel",
    "Joanne",
    "Samantha",
    "Rebecca",
    "Helen",
    "Victoria",
    "Louise",
    "Catherine",
    "Fiona",
    "Michelle",
    "Anna",
    "Ngozi",
    "Shazia",
    "Meera",
    "Siobhan",
    "Gemma",
    "Katie",
    "Laura",
    "Amina",
    "Elena",
    "Ruth",
    "Tamsin",
    "Yvonne",
    "Bronwen",
];

/// Men's first names, a generation earlier.
pub const MEN: &[&str] = &[
    "David",
    "Paul",
    "Andrew",
    "Mark",
    "James",
    "Richard",
    "Stephen",
    "Matthew",
    "Simon",
    "Ian",
    "Christopher",
    "Robert",
    "Michael",
    "Jonathan",
    "Gareth",
    "Imran",
    "Tariq",
    "Sanjay",
    "Emeka",
    "Piotr",
    "Graham",
    "Neil",
    "Stuart",
    "Duncan",
    "Peter",
    "Alan",
    "Declan",
    "Huw",
];

/// Family names.
pub const FAMILIES: &[&str] = &[
    "Smith",
    "Jones",
    "Taylor",
    "Brown",
    "Williams",
    "Wilson",
    "Johnson",
    "Davies",
    "Patel",
    "Robinson",
    "Wright",
    "Thompson",
    "Evans",
    "Walker",
    "White",
    "Roberts",
    "Green",
    "Hall",
    "Wood",
    "Jackson",
    "Clarke",
    "Khan",
    "Hughes",
    "Edwards",
    "Hill",
    "Moore",
    "Clark",
    "Harris",
    "Lewis",
    "Begum",
    "Turner",
    "Cooper",
    "Ward",
    "Morris",
    "Singh",
    "Watson",
    "Baker",
    "Morgan",
    "Carter",
    "Ahmed",
    "Bennett",
    "Murphy",
    "Shaw",
    "Mitchell",
    "Price",
    "Okafor",
    "Nowak",
    "Kaur",
    "Ellis",
    "Fletcher",
    "Gibson",
    "Hartley",
    "Iqbal",
    "Jarvis",
    "Kelly",
    "Lamb",
    "Marsh",
    "Norton",
    "O'Brien",
    "Pritchard",
    "Quinn",
    "Rowe",
    "Stone",
    "Thorpe",
    "Underhill",
    "Vaughan",
    "Whitfield",
    "Yates",
    "Ashworth",
    "Barlow",
    "Chandra",
    "Dunn",
    "Eze",
    "Fraser",
];

/// Street names.
pub const STREETS: &[&str] = &[
    "Mill Lane",
    "Church Road",
    "Station Road",
    "High Street",
    "Oak Avenue",
    "Victoria Road",
    "Green Lane",
    "Park Road",
    "The Crescent",
    "Chestnut Close",
    "Kings Road",
    "Orchard Way",
    "Manor Drive",
    "Springfield Road",
    "Meadow View",
    "Bridge Street",
    "Hawthorn Gardens",
    "Abbey Road",
    "Rectory Lane",
    "Windmill Hill",
    "Brook Street",
    "Elm Grove",
    "Priory Close",
];

/// Towns, with the start of their postal codes.
pub const TOWNS: &[(&str, &str)] = &[
    ("Oakwood", "OW1"),
    ("Oakwood", "OW2"),
    ("Oakwood", "OW3"),
    ("Ashby Vale", "OW4"),
    ("Great Marling", "OW5"),
    ("Thornbrook", "OW6"),
    ("Little Haven", "OW7"),
];

/// What parents do.
pub const OCCUPATIONS: &[&str] = &[
    "Accountant",
    "Nurse",
    "Electrician",
    "Software developer",
    "Teacher",
    "Shop manager",
    "Plumber",
    "Solicitor",
    "Paramedic",
    "Civil engineer",
    "Chef",
    "Architect",
    "Farmer",
    "Police officer",
    "Pharmacist",
    "Bus driver",
    "Designer",
    "Translator",
    "Carpenter",
    "Dentist",
];

/// Conditions the nurse should know of, with what to do.
pub const CONDITIONS: &[(&str, &str, &str)] = &[
    ("caution", "Asthma", "Carries a blue inhaler. A spare is kept in the medical room."),
    ("critical", "Peanut allergy", "Two auto-injectors in the office. Call 999 after any use."),
    ("caution", "Type 1 diabetes", "May test and snack in class. Low readings go to the nurse."),
    ("information", "Hay fever", "Antihistamine at home. May stay in on high-pollen days."),
    ("caution", "Epilepsy", "Time any seizure. Call 999 if it lasts over five minutes."),
    ("information", "Short-sighted", "Wears glasses. Please seat near the board."),
    ("information", "Coeliac disease", "Gluten-free meals are arranged with the kitchen."),
];

/// First halves of book titles.
pub const TITLE_STARTS: &[&str] = &[
    "The Secret of",
    "A Journey to",
    "The Last Days of",
    "Return to",
    "The Children of",
    "A Short History of",
    "The Lighthouse at",
    "Beyond",
    "The Map of",
    "Winter in",
    "The Song of",
    "Under the Sky of",
    "An Introduction to",
    "The Riddle of",
    "Notes from",
    "The Keeper of",
];

/// Second halves of book titles.
pub const TITLE_ENDS: &[&str] = &[
    "Hollow Hill",
    "the Silver River",
    "the Northern Sea",
    "Ancient Egypt",
    "the Night Garden",
    "Calloway House",
    "the Red Planet",
    "Modern Chemistry",
    "the Paper Kingdom",
    "Starling Wood",
    "the Forgotten Island",
    "Medieval England",
    "the Clockmaker",
    "Everyday Physics",
    "the Western Isles",
    "the Glass Mountain",
    "Victorian London",
    "the Copper Coast",
];

/// Publishers.
pub const PUBLISHERS: &[&str] =
    &["Larkfield Press", "Harbour & Stone", "Beacon Books", "Quill House", "Northgate", "Pelham"];

/// What assignments ask for, before the topic.
pub const TASKS: &[&str] = &[
    "Worksheet",
    "Essay",
    "Problem set",
    "Reading notes",
    "Revision cards",
    "Presentation",
    "Research project",
    "Practice paper",
];

/// What teachers write beside a mark, from the weakest work to the best.
pub const FEEDBACK: &[&[&str]] = &[
    &[
        "Please see me about this: parts are missing.",
        "Too short. Use the plan we made in class and hand it in again.",
    ],
    &[
        "A fair start. Explain each step in full sentences.",
        "Some good points, but check the spelling of the key words.",
        "Better than last time. Next, give an example for each claim.",
    ],
    &[
        "Good work with clear reasoning. Watch the units.",
        "Well organised. Add one more source next time.",
        "Sound understanding shown throughout.",
    ],
    &[
        "Excellent: thorough, accurate and well presented.",
        "Outstanding work. Try the extension task on the back.",
    ],
];

/// What tutors write on report cards, from the weakest pupils to the best.
pub const TUTOR_COMMENTS: &[&[&str]] = &[
    &[
        "This has been a difficult term. We would like to meet with the family to agree a plan.",
        "More regular homework would make a real difference in every subject.",
    ],
    &[
        "A steady term. Taking part more in lessons would bring the next step within reach.",
        "Friendly and helpful. Should now aim for the same care in written work.",
    ],
    &[
        "A very pleasing term with good progress across the board.",
        "A reliable member of the form who has earned the respect of staff and pupils alike.",
    ],
    &[
        "An exceptional term. Congratulations on results of the highest standard.",
        "Curious, diligent and generous with help for others: a pleasure to tutor.",
    ],
];

/// Reasons families give when they ask for leave.
pub const LEAVE_REASONS: &[&str] = &[
    "Medical appointment",
    "Family wedding",
    "Music examination",
    "Orthodontist",
    "Visit to grandparents abroad",
    "Regional swimming competition",
    "Religious festival",
    "Funeral of a relative",
    "University open day of an older sibling",
];

/// A conversation: its subject, what is asked, what is answered, and thanks.
pub const CONVERSATIONS: &[(&str, &str, &str, &str)] = &[
    (
        "Missing homework",
        "Dear parent, two pieces of homework have not been handed in this fortnight. Could you \
         please check the planner at home?",
        "Thank you for letting us know. We had not seen them and will make sure they are done by \
         Friday.",
        "Both have now arrived. Thank you for your help.",
    ),
    (
        "Museum trip",
        "We are visiting the natural history museum next month. Please send the consent form and \
         say whether a packed lunch is needed.",
        "The form is in the bag today. Yes please to the packed lunch, vegetarian if possible.",
        "Received, and noted for the kitchen.",
    ),
    (
        "Great progress",
        "I wanted to share how well this term has gone: the last test was among the best in the \
         form.",
        "That is lovely to hear, it will be celebrated at home tonight!",
        "Very well deserved.",
    ),
    (
        "Parents' evening",
        "Appointments for parents' evening are open. Would 17:20 in the main hall suit you?",
        "17:20 is difficult because of work. Is anything free after 18:00?",
        "18:10 is free and now yours.",
    ),
    (
        "Lost property",
        "A blazer and a pair of trainers without a name have been handed in. Could they be yours?",
        "The trainers are ours, thank you! We will collect them tomorrow.",
        "They are at the front desk.",
    ),
    (
        "Lateness",
        "Registration has been missed three times in two weeks. Is there anything we can do to \
         help?",
        "The bus has been unreliable since the roadworks began. We will leave earlier.",
        "Thank you. We have told the transport office as well.",
    ),
];
