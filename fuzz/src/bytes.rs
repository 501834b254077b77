//! Bytes as a row of choices: what makes a structured input of an unstructured one. All choices are 0 once the bytes
//! are used up, so that a short input is a small one.

use kgen::tree::{Kind, Map, Tree};

pub struct Bytes<'d> {
    data: &'d [u8],
}

impl<'d> Bytes<'d> {
    pub fn new(data: &'d [u8]) -> Self {
        Self { data }
    }

    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.data.split_first() else { return 0 };
        self.data = rest;
        *first
    }

    /// A number below `n`, which is at least 1.
    pub fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n
    }

    pub fn one<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        &choices[self.below(choices.len())]
    }

    pub fn word(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.below(choices.len())]
    }

    /// One in `n`; never once the bytes are used up.
    pub fn rarely(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    fn number(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    /// What readers of YAML disagree about, and any other character.
    pub fn text(&mut self) -> String {
        let mut out = String::new();
        for _ in 0..self.below(6) {
            match self.below(4) {
                0 => out.push(char::from(b'a' + self.byte() % 26)),
                1 => out.push(char::from(self.byte() % 128)),
                2 => {
                    let code = (0..3).fold(0, |code, _| code << 8 | u32::from(self.byte()));
                    out.extend(char::from_u32(code % 0x11_0000));
                }
                _ => out.push_str(self.word(&NASTY)),
            }
        }
        out
    }

    pub fn scalar<O: Clone + Default>(&mut self) -> Tree<O> {
        match self.below(8) {
            0 => Tree::null(),
            1 => Tree::from(self.byte() & 1 == 1),
            2 => Tree::from(i64::from(self.byte())),
            3 => Tree::from(self.number() as i64),
            4 => Kind::Number(self.number().into()).into(),
            5 => serde_json::Number::from_f64(f64::from_bits(self.number()))
                .map_or_else(Tree::null, |number| Kind::Number(number).into()),
            _ => self.text().into(),
        }
    }

    /// Any value.
    pub fn value<O: Clone + Default>(&mut self, depth: usize) -> Tree<O> {
        match self.below(4) {
            0 if depth > 0 => Tree::list((0..self.below(4)).map(|_| self.value(depth - 1)).collect::<Vec<Tree<O>>>()),
            1 if depth > 0 => {
                let mut map = Map::new();
                for _ in 0..self.below(4) {
                    let key = self.text();
                    map.insert(key, self.value(depth - 1));
                }
                map.into()
            }
            _ => self.scalar(),
        }
    }
}

const NASTY: [&str; 48] = [
    "\n",
    "\t",
    " ",
    "\r",
    "\r\n",
    ": ",
    " #",
    "#",
    "- ",
    "-",
    "? ",
    "---",
    "...",
    "|",
    ">",
    "&a",
    "*a",
    "!t",
    "%",
    "@",
    "`",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "\\",
    "~",
    "null",
    "true",
    "yes",
    "no",
    "on",
    "y",
    "0x1f",
    "0o17",
    "017",
    "1e3",
    ".5",
    ".inf",
    "1_000",
    "1:30",
    "2001-01-01",
    "<<",
    "\u{85}",
    "\u{2028}",
];
