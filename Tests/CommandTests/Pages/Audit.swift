import Testing

extension Browser {
    /// Looks for what would shut people out: text that is hard to read, controls without a name, ones that are too small for a
    /// finger, and pages that are wider than the window.
    func expectAccessible(onPhone: Bool = false, _ place: SourceLocation = #_sourceLocation) async throws {
        let faint = try await value("(\(Self.faintText))()") as? [String]
        #expect(faint == [], "text of less contrast than 4.5 to 1 (WCAG 2.2, 1.4.3)", sourceLocation: place)
        let nameless = try await value("(\(Self.namelessControls))()") as? [String]
        #expect(nameless == [], "controls that a screen reader cannot name", sourceLocation: place)
        #expect(try await isTrue("document.documentElement.scrollWidth <= innerWidth"), sourceLocation: place)
        guard onPhone else { return }
        let small = try await value("(\(Self.smallTargets))()") as? [String]
        #expect(small == [], "targets of less than 44 by 44 pixels (WCAG 2.2, 2.5.5)", sourceLocation: place)
    }

    /// Nothing was loaded from anywhere else, and nothing was refused by the page's own policy.
    func expectAlone(_ place: SourceLocation = #_sourceLocation) async throws {
        let foreign = try await value(
            "performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => !name.startsWith(location.origin) && !name.startsWith('blob:'))"
        )
        #expect(foreign as? [String] == [], sourceLocation: place)
        #expect(try await complaints() == [], sourceLocation: place)
    }

    private static let isShown =
        "const isShown = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest('.unseen, .leap, :disabled');"

    /// Contrast by WCAG 2.2's formula, on the nearest background that is not transparent.
    private static let faintText = """
        () => {
            \(isShown)
            const numbers = (colour) => {
                const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
                canvas.fillStyle = colour;
                canvas.fillRect(0, 0, 1, 1);
                return [...canvas.getImageData(0, 0, 1, 1).data];
            };
            const luminance = (colour) => numbers(colour).slice(0, 3)
                .map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
                .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
            const background = (node) => {
                for (; node; node = node.parentElement) {
                    const colour = getComputedStyle(node).backgroundColor;
                    if (numbers(colour)[3] === 255) return colour;
                }
                return 'white';
            };
            const faint = [];
            for (const node of document.body.querySelectorAll('*')) {
                const words = [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data.trim()).join('');
                if (!words || !isShown(node)) continue;
                const [one, two] = [luminance(getComputedStyle(node).color), luminance(background(node))];
                const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
                if (contrast < 4.5) faint.push(`${words}: ${contrast.toFixed(2)}`);
            }
            return faint;
        }
        """

    private static let namelessControls = """
        () => {
            \(isShown)
            return [...document.querySelectorAll('button, input, select, a, img, [role=progressbar]')].filter(isShown).filter((node) => {
                const label = node.getAttribute('aria-label') || node.getAttribute('alt') || node.textContent.trim()
                    || (node.labels && [...node.labels].map((label) => label.textContent.trim()).join(''));
                return !label && node.getAttribute('alt') !== '';
            }).map((node) => node.outerHTML);
        }
        """

    private static let smallTargets = """
        () => {
            \(isShown)
            return [...document.querySelectorAll('button, select, .button, input:not(.unseen):not([type=checkbox])')].filter(isShown)
                .map((node) => [node, node.getBoundingClientRect()]).filter(([, box]) => box.width < 43.5 || box.height < 43.5)
                .map(([node, box]) => `${node.id || node.textContent}: ${box.width} × ${box.height}`);
        }
        """
}
