/// How reports look: light and dark, on paper, on a phone.
enum ReportStyle {
    static let css = """
        :root { color-scheme: light dark; --ink: #1c2024; --quiet: #5f6b76; --paper: #fdfdfc; --line: #d9dde1; --accent: #0b63b0; --wrong: #b3450b;
          --s0: #0b63b0; --s1: #c2500d; --s2: #14784f; --s3: #a3327f; --s4: #6a5b00; --s5: #5b46b5; --s6: #55606a; font: 16px/1.55 system-ui, sans-serif; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --quiet: #9aa5af; --paper: #15181b; --line: #343a40; --accent: #6db3f2; --wrong: #f0924f;
          --s0: #6db3f2; --s1: #f5a35c; --s2: #5ecb98; --s3: #e58cc8; --s4: #d9c741; --s5: #b3a5f5; --s6: #c0c8cf; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 70rem; background: var(--paper); color: var(--ink); }
        h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
        h2 { margin: 0 0 1rem; font-size: 1.25rem; }
        section { margin-top: 3rem; scroll-margin-top: 1rem; }
        a { color: var(--accent); }
        .quiet { color: var(--quiet); font-size: .85rem; overflow-wrap: anywhere; margin: .25rem 0; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; margin: 1.75rem 0; }
        .figures div { border-top: 3px solid var(--accent); padding-top: .6rem; }
        .figures dt { color: var(--quiet); font-size: .9rem; } .figures dd { margin: 0; }
        .figures dd:not(.quiet) { font-size: 2rem; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
        nav { display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; padding: .7rem 0; border-block: 1px solid var(--line); font-size: .9rem; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .3rem .9rem .3rem 0; text-align: right; vertical-align: top; }
        th[scope=row], th[scope=col]:first-child, .plain td { text-align: left; font-weight: 500; } .plain td { font-weight: 400; overflow-wrap: anywhere; }
        .plain th { color: var(--quiet); white-space: nowrap; } th[scope=col] { color: var(--quiet); font-weight: 500; }
        tr + tr > * { border-top: 1px solid var(--line); }
        .scrolled { overflow-x: auto; }
        .bar { min-width: 9.5rem; background: linear-gradient(to right, color-mix(in srgb, var(--accent) 28%, transparent) var(--part), transparent 0) content-box; }
        .matrix td { min-width: 4.6rem; padding: .45rem .5rem; text-align: center; border: 1px solid var(--line);
          background: color-mix(in srgb, var(--accent) var(--part, 0%), transparent); }
        .matrix td:first-child { border: 0; background: none; } .matrix .hit { outline: 2px solid var(--accent); outline-offset: -2px; }
        .matrix .miss { background: color-mix(in srgb, var(--wrong) var(--part), transparent); }
        .matrix b { display: block; padding: 0 .3rem; } .matrix span { font-size: .75rem; } .matrix .none { color: var(--quiet); }
        .matrix .hit b, .matrix .hit span { background: color-mix(in srgb, var(--paper) 78%, transparent); border-radius: 3px; padding-inline: .3rem; }
        .matrix .miss a { color: inherit; }
        details { margin: .8rem 0; } summary { cursor: pointer; color: var(--accent); }
        .cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: 0 1rem; margin-top: 1rem; }
        .cells details { margin: .25rem 0; overflow-wrap: anywhere; } .cells details[open] { grid-column: 1 / -1; }
        .cells .pictures { scroll-margin-top: 3rem; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.5rem; }
        figure { margin: 0; } figcaption { color: var(--quiet); font-size: .8rem; overflow-wrap: anywhere; }
        .one { max-width: 38rem; } svg { display: block; width: 100%; height: auto; } #calibration svg { max-width: 24rem; }
        svg text { fill: var(--ink); font-family: inherit; } .small { font-size: 11px; } .end { text-anchor: end; } .middle { text-anchor: middle; }
        .grid { stroke: var(--line); } .axis { stroke: var(--quiet); } .mark { stroke: var(--quiet); stroke-dasharray: 3 3; }
        .line { fill: none; stroke-width: 2.2; } .bar rect, rect.bar { fill: var(--accent); }
        .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); } .s3 { stroke: var(--s3); } .s4 { stroke: var(--s4); } .s5 { stroke: var(--s5); } .s6 { stroke: var(--s6); } .dot { fill: var(--paper); stroke-width: 2.2; }
        .pictures { display: flex; flex-wrap: wrap; gap: .75rem; margin: .5rem 0; } .pictures figure { max-width: 10rem; }
        img { display: block; max-width: 100%; border-radius: 4px; }
        .mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: 1.5rem; }
        .mistake { break-inside: avoid; } .mistake p { margin: .2rem 0; } .mistake .pictures { flex-wrap: nowrap; } .mistake img { flex: 0 1 10rem; min-width: 0; align-self: start; }
        pre { padding: .8rem 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
        @media print, (max-width: 40rem) { .bar { min-width: 6.5rem; }
          :is(#curves, #thresholds) .small { font-size: 12px; } :is(#curves, #thresholds) :is(.end, .middle) { font-size: 14px; } }
        @media print { :root { --paper: #fff; font-size: 12px; } nav, details:not([open]) { display: none; } body { max-width: none; padding: 0; }
          section { margin-top: 2rem; } figure, tr, pre, .mistake { break-inside: avoid; } h2, section > p { break-after: avoid; }
          .charts { grid-template-columns: 1fr 1fr; } .one { max-width: 28rem; } * { print-color-adjust: exact; } }
        """
}
