//! The positions of boxes and arrows in a diagram.

/// The size of a box, in pixels.
pub(super) const WIDTH: usize = 168;
pub(super) const HEIGHT: usize = 52;
/// The space between boxes, in pixels.
const COLUMN_GAP: usize = 52;
const ROW_GAP: usize = 18;
/// The space around the diagram, in pixels.
const MARGIN: usize = 8;
/// The size of an arrow head, in pixels.
const HEAD_LENGTH: usize = 6;
const HEAD_WIDTH: usize = 4;

/// A place for a box.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    column: usize,
    row: usize,
}

impl Cell {
    /// Returns the top left corner.
    pub(super) const fn corner(self) -> (usize, usize) {
        (MARGIN + self.column * (WIDTH + COLUMN_GAP), MARGIN + self.row * (HEIGHT + ROW_GAP))
    }
}

/// The columns of a diagram: routes (if there are any), Service, pods, used resources.
pub(super) struct Layout {
    routes: usize,
    used: usize,
    has_autoscaler: bool,
}

impl Layout {
    /// Creates the layout for a number of routes and used resources.
    pub(super) const fn new(routes: usize, used: usize, has_autoscaler: bool) -> Self {
        Self { routes, used, has_autoscaler }
    }

    /// Returns width and height.
    pub(super) fn size(&self) -> (usize, usize) {
        let pods_rows = if self.has_autoscaler { 2 } else { 1 };
        let row = self.routes.max(self.used).max(pods_rows);
        let (width, height) = Cell { column: self.service().column + 3, row }.corner();
        (width - COLUMN_GAP, height)
    }

    pub(super) const fn route(&self, row: usize) -> Cell {
        Cell { column: 0, row }
    }

    pub(super) const fn service(&self) -> Cell {
        Cell { column: if self.routes > 0 { 1 } else { 0 }, row: 0 }
    }

    pub(super) const fn pods(&self) -> Cell {
        Cell { column: self.service().column + 1, row: 0 }
    }

    /// The autoscaler is below the pods.
    pub(super) const fn autoscaler(&self) -> Cell {
        Cell { column: self.pods().column, row: 1 }
    }

    pub(super) const fn used(&self, row: usize) -> Cell {
        Cell { column: self.pods().column + 1, row }
    }

    /// Returns all arrows, as SVG paths.
    pub(super) fn arrows(&self) -> Vec<String> {
        let mut arrows: Vec<String> =
            (0..self.routes).map(|row| arrow_right(self.route(row), self.service())).collect();
        arrows.push(arrow_right(self.service(), self.pods()));
        if self.has_autoscaler {
            arrows.push(arrow_up(self.autoscaler(), self.pods()));
        }
        arrows.extend((0..self.used).map(|row| arrow_right(self.pods(), self.used(row))));
        arrows
    }
}

/// A curve from the right side of a box to the left side of another.
fn arrow_right(from: Cell, to: Cell) -> String {
    let ((x1, y1), (x2, y2)) = (from.corner(), to.corner());
    let (x1, y1, x2, y2) = (x1 + WIDTH, y1 + HEIGHT / 2, x2 - 1, y2 + HEIGHT / 2);
    let middle = usize::midpoint(x1, x2);
    let (back, above, below) = (x2 - HEAD_LENGTH, y2 - HEAD_WIDTH, y2 + HEAD_WIDTH);
    format!(
        "M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2} M{back} {above} L{x2} {y2} \
         L{back} {below}"
    )
}

/// A line from the top of a box to the bottom of the box above.
fn arrow_up(from: Cell, to: Cell) -> String {
    let ((x, bottom), (_, top)) = (from.corner(), to.corner());
    let (x, top) = (x + WIDTH / 2, top + HEIGHT + 1);
    let (left, right, back) = (x - HEAD_WIDTH, x + HEAD_WIDTH, top + HEAD_LENGTH);
    format!("M{x} {bottom} L{x} {top} M{left} {back} L{x} {top} L{right} {back}")
}
