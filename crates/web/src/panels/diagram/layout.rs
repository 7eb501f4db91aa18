//! The positions of boxes and arrows in a diagram.
//!
//! A wide panel shows columns. A narrow one shows a stack, like a tree of files.

/// The size of a box, in pixels.
pub(super) const WIDTH: usize = 188;
pub(super) const HEIGHT: usize = 52;
/// The space between boxes, in pixels.
const COLUMN_GAP: usize = 36;
const ROW_GAP: usize = 18;
/// How far a box of the stack is to the right of the box that leads to it, in pixels.
const INDENT: usize = 28;
/// The space around the diagram, in pixels.
const MARGIN: usize = 8;
/// The size of an arrow head, in pixels.
const HEAD_LENGTH: usize = 6;
const HEAD_WIDTH: usize = 4;

/// How boxes are arranged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrangement {
    /// From left to right.
    Columns,
    /// From top to bottom, one box per row.
    Stack,
}

impl Arrangement {
    /// Both arrangements. The style sheet shows the one that fits.
    pub(super) const ALL: [Self; 2] = [Self::Columns, Self::Stack];

    /// Returns the CSS class of the drawing.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Stack => "stack",
        }
    }

    const fn corner(self, column: usize, row: usize) -> (usize, usize) {
        let step = match self {
            Self::Columns => WIDTH + COLUMN_GAP,
            Self::Stack => INDENT,
        };
        (MARGIN + column * step, MARGIN + row * (HEIGHT + ROW_GAP))
    }

    /// Returns the path of an arrow between the top left corners of two boxes.
    fn arrow(self, from: Corner, to: Corner) -> String {
        match self {
            Self::Columns => arrow_right(from, to),
            Self::Stack => arrow_down(from, to),
        }
    }
}

/// The top left corner of a box, in pixels.
pub(super) type Corner = (usize, usize);

/// The places of routes (if there are any), Service, pods and used resources.
pub(super) struct Layout {
    arrangement: Arrangement,
    routes: usize,
    used: usize,
    has_autoscaler: bool,
}

impl Layout {
    /// Creates the layout for a number of routes and used resources.
    pub(super) const fn new(
        arrangement: Arrangement,
        routes: usize,
        used: usize,
        has_autoscaler: bool,
    ) -> Self {
        Self { arrangement, routes, used, has_autoscaler }
    }

    /// Returns width and height.
    pub(super) fn size(&self) -> (usize, usize) {
        let scalers = usize::from(self.has_autoscaler);
        let rows = match self.arrangement {
            Arrangement::Columns => self.routes.max(self.used).max(1 + scalers),
            Arrangement::Stack => self.routes + 2 + scalers + self.used,
        };
        let (right, _) = self.used(0);
        let (_, height) = self.arrangement.corner(0, rows);
        (right + WIDTH + MARGIN, height)
    }

    pub(super) const fn route(&self, row: usize) -> Corner {
        self.arrangement.corner(0, row)
    }

    pub(super) const fn service(&self) -> Corner {
        self.place(0, 0)
    }

    pub(super) const fn pods(&self) -> Corner {
        self.place(1, 0)
    }

    /// The autoscaler is below the pods.
    pub(super) const fn autoscaler(&self) -> Corner {
        match self.arrangement {
            Arrangement::Columns => self.place(1, 1),
            Arrangement::Stack => self.place(2, 0),
        }
    }

    pub(super) const fn used(&self, row: usize) -> Corner {
        let below_scaler = matches!(self.arrangement, Arrangement::Stack) && self.has_autoscaler;
        self.place(2, row + if below_scaler { 1 } else { 0 })
    }

    /// Returns a corner by the number of boxes between it and the Service.
    const fn place(&self, column: usize, row: usize) -> Corner {
        let first = if self.routes > 0 { 1 } else { 0 };
        let above = match self.arrangement {
            Arrangement::Columns => 0,
            Arrangement::Stack => self.routes + column,
        };
        self.arrangement.corner(first + column, above + row)
    }

    /// Returns all arrows, as SVG paths.
    pub(super) fn arrows(&self) -> Vec<String> {
        let arrow = |from, to| self.arrangement.arrow(from, to);
        let mut arrows: Vec<String> =
            (0..self.routes).map(|row| arrow(self.route(row), self.service())).collect();
        arrows.push(arrow(self.service(), self.pods()));
        if self.has_autoscaler {
            arrows.push(arrow_up(self.autoscaler(), self.pods()));
        }
        arrows.extend((0..self.used).map(|row| arrow(self.pods(), self.used(row))));
        arrows
    }
}

/// A curve from the right side of a box to the left side of another.
fn arrow_right((x1, y1): Corner, (x2, y2): Corner) -> String {
    let (x1, y1, x2, y2) = (x1 + WIDTH, y1 + HEIGHT / 2, x2 - 1, y2 + HEIGHT / 2);
    let middle = usize::midpoint(x1, x2);
    format!("M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2} {}", head_right(x2, y2))
}

/// A line from the bottom of a box to the left side of another, which is lower.
fn arrow_down((x1, y1): Corner, (x2, y2): Corner) -> String {
    let (x1, y1, x2, y2) = (x1 + INDENT / 2, y1 + HEIGHT, x2 - 1, y2 + HEIGHT / 2);
    format!("M{x1} {y1} L{x1} {y2} L{x2} {y2} {}", head_right(x2, y2))
}

/// The head of an arrow that ends at a point.
fn head_right(x: usize, y: usize) -> String {
    let (back, above, below) = (x - HEAD_LENGTH, y - HEAD_WIDTH, y + HEAD_WIDTH);
    format!("M{back} {above} L{x} {y} L{back} {below}")
}

/// A line from the top of a box to the bottom of the box above.
fn arrow_up((x, bottom): Corner, (_, top): Corner) -> String {
    let (x, top) = (x + WIDTH / 2, top + HEIGHT + 1);
    let (left, right, back) = (x - HEAD_WIDTH, x + HEAD_WIDTH, top + HEAD_LENGTH);
    format!("M{x} {bottom} L{x} {top} M{left} {back} L{x} {top} L{right} {back}")
}
