/**
 * The one style of all pages. One accent, of the verdict; everything else is ink on paper. No style attribute anywhere: the
 * policy of the page would not obey it.
 */
export const style = `
:root{color-scheme:light dark;--page:#f5f5f2;--paper:#fff;--ink:#1b1c1e;--soft:#5a5e66;--line:#dfdfda;--track:#ecece7;
--good:#17703c;--bad:#b3261e;--doubt:#8a5300;--calm:#2f5d8a;--accent:var(--calm)}
@media (prefers-color-scheme:dark){:root{--page:#111315;--paper:#191b1e;--ink:#e9e9e6;--soft:#a6aab1;--line:#31343a;--track:#282b30;
--good:#62cc90;--bad:#ff8f83;--doubt:#e5b04c;--calm:#8fbbe8}}
@media print{:root{color-scheme:light;--page:#fff;--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--track:#e8e8e8;
--good:#17703c;--bad:#b3261e;--doubt:#8a5300;--calm:#2f5d8a}}
.proven{--accent:var(--good)}.not-proven{--accent:var(--bad)}.could-not-verify{--accent:var(--doubt)}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.banner,nav,main,footer{max-width:60rem;margin:0 auto;padding:0 1.5rem}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.2em}
a:hover{text-decoration-color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
main:focus{outline:none}
.skip{position:absolute;left:-100vw}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem}
.spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
h1,h2,h3,p,dl,dd,ul,figure{margin:0}
ul{padding:0;list-style:none}
h1{font-size:1.9rem;line-height:1.2;font-weight:650;letter-spacing:-.015em}
h2{font-size:1.15rem;line-height:1.3;font-weight:650;letter-spacing:-.005em;margin-bottom:1rem}
h3{font-size:.8125rem;line-height:1.4;font-weight:600;color:var(--soft);margin:1.5rem 0 .5rem}
h2+h3{margin-top:0}
code{font:.9em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;background:var(--track);padding:.1em .3em;border-radius:3px}
.hash{font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.banner{padding-top:2.5rem;padding-bottom:1.5rem}
.eyebrow{color:var(--soft);font-size:.875rem;margin-bottom:.25rem}
.verdict{display:flex;align-items:center;gap:.6rem;margin-top:1.25rem;font-size:1.5rem;line-height:1.2;font-weight:650;color:var(--accent)}
.verdict svg{flex:none;width:1.6rem;height:1.6rem}
.verdict .disc{fill:var(--accent)}.verdict .sign{fill:none;stroke:var(--page);stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
.why{max-width:46rem;margin-top:.5rem;font-size:1.0625rem}
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:1px;margin-top:1.75rem;background:var(--line);border:1px solid var(--line);border-radius:8px;overflow:hidden}
.tile{background:var(--paper);padding:1rem 1.125rem}
.tile dt{color:var(--soft);font-size:.8125rem}
.tile .value{font-size:1.375rem;line-height:1.35;font-weight:600;letter-spacing:-.01em}
.tile .beside{color:var(--soft);font-size:.8125rem;line-height:1.45}
.tile .missed{color:var(--bad);font-weight:600}
.meter{display:block;margin-top:.6rem}.meter .track,.timeline .track{fill:var(--track)}.meter .bar{fill:var(--accent)}.meter .bar.missed{fill:var(--bad)}
nav{margin-bottom:1rem;font-size:.875rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
nav a{color:var(--soft);text-decoration:none;display:inline-block;padding:.25rem 0}nav a:hover{color:var(--ink);text-decoration:underline}
section{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:1.5rem;margin-bottom:1rem}
footer{padding-top:1rem;padding-bottom:3rem;color:var(--soft);font-size:.8125rem}
.soft,.note,.more{color:var(--soft)}
.note,.more{font-size:.8125rem;margin-top:.75rem}
section>p+p{margin-top:.75rem}
.facts>div{display:grid;grid-template-columns:15.5rem minmax(0,1fr);gap:0 1rem;padding:.4rem 0;border-top:1px solid var(--line);font-size:.9375rem}
.facts>div:first-child{border-top:0;padding-top:0}
.facts dt{color:var(--soft)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.45}
th,td{text-align:left;vertical-align:top;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line);font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-size:.8125rem;font-weight:500;white-space:nowrap;border-bottom-color:var(--soft)}
th,td{overflow-wrap:break-word}
tbody th{min-width:9rem;max-width:26rem;overflow-wrap:anywhere}
td.figure,th.figure{text-align:right;white-space:nowrap;overflow-wrap:normal}
tbody tr:last-child>*{border-bottom:0}
.figure+:not(.figure){padding-left:1rem}
.whole{white-space:nowrap}
.bad{color:var(--bad);font-weight:600}.good{color:var(--good)}.doubt{color:var(--doubt);font-weight:600}
figure+figure{margin-top:2rem}
p+figure{margin-top:1.25rem}
figcaption{font-size:.9375rem;font-weight:600;margin-bottom:.5rem}
details{margin-top:.75rem;font-size:.875rem}
summary{cursor:pointer;color:var(--soft);font-size:.8125rem;width:fit-content}
details>.scroll{margin-top:.5rem}
.plot svg{display:block;overflow:visible}
.over-time{padding-left:4.25rem}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:2.5rem;margin-top:2rem}.pair>figure{margin-top:0;min-width:0}
.grid{stroke:var(--line)}
.tick{fill:var(--soft);font-size:12px;paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
.middle{text-anchor:middle}.end{text-anchor:end}
.objective{stroke:var(--ink);stroke-dasharray:5 4;stroke-width:1.2}
.objective-label{fill:var(--ink)}
.band{fill:var(--soft);opacity:.18}
.foretold{fill:none;stroke:var(--soft);stroke-width:1.5;stroke-dasharray:3 3}
.series{fill:none;stroke:var(--soft);stroke-width:1.5;stroke-linejoin:round}
circle.proven{fill:var(--ink);stroke:var(--paper);stroke-width:1.5}
circle.unproven{fill:var(--paper);stroke:var(--ink);stroke-width:1.5}
circle.current.proven{fill:var(--accent)}circle.current.unproven{stroke:var(--accent);stroke-width:2.5}
.day{fill:var(--track)}.day.proven{fill:var(--good)}.day.not-proven{fill:none;stroke:var(--bad);stroke-width:2}
.day.could-not-verify{fill:var(--doubt);fill-opacity:.35;stroke:var(--doubt);stroke-width:1}
.eyebrow a{text-decoration:none}.eyebrow a::before{content:"← "}
.stretch{display:grid;grid-template-columns:13rem minmax(0,1fr) 6rem;gap:1rem;align-items:center;font-size:.875rem;padding:.2rem 0}
.timeline .bar{fill:var(--accent)}
.duration{text-align:right;white-space:nowrap;overflow-wrap:normal}
.finding{border-top:1px solid var(--line);padding:.875rem 0}
.finding:first-child{border-top:0;padding-top:0}
.finding:last-child{padding-bottom:0}
.finding p+p,.finding ul+p,.finding p+ul{margin-top:.35rem}
.finding .what{font-weight:600}
.finding .code{color:var(--soft);font-size:.8125rem}
.finding li{padding-left:1rem;text-indent:-1rem}.finding li::before{content:"–";display:inline-block;width:1rem;text-indent:0;color:var(--soft)}
.severity{display:inline-block;font-size:.75rem;line-height:1.4;font-weight:600;border:1px solid currentColor;border-radius:999px;padding:0 .5rem;margin-right:.5rem;vertical-align:.08em}
.reasons{margin-top:1rem}
.do{color:var(--ink)}.do b{font-weight:600}
.plain li{padding:.15rem 0 .15rem 1rem;text-indent:-1rem}.plain li::before{content:"–";display:inline-block;width:1rem;text-indent:0;color:var(--soft)}
.sign th,.sign td{height:3rem;vertical-align:bottom}
@media (max-width:52rem){.tiles{grid-template-columns:1fr 1fr}.pair{grid-template-columns:minmax(0,1fr);gap:2rem}}
@media (max-width:40rem){
.banner,nav,main,footer{padding-left:1rem;padding-right:1rem}
.banner{padding-top:1.5rem}
section{padding:1.125rem 1rem}
.tile{padding:.75rem .875rem}.tile .value{font-size:1.125rem}
.facts>div{grid-template-columns:1fr}
.stretch{grid-template-columns:minmax(0,1fr) auto;gap:.15rem .75rem;padding:.35rem 0}
.stretch svg{grid-row:2;grid-column:1/-1}
}
@media screen and (max-width:40rem){
table[role],table[role] tbody{display:block}
table[role] thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table[role] tr{display:flex;flex-wrap:wrap;gap:.1rem 1.25rem;padding:.6rem 0;border-bottom:1px solid var(--line)}
table[role] tbody tr:last-child{border-bottom:0}
table[role] tbody th,table[role] td{display:block;flex:0 0 100%;min-width:0;max-width:100%;padding:0;border:0}
table[role] tbody th{font-weight:600;font-size:.9375rem}table[role] tbody th .soft{font-weight:400;font-size:.875rem}
table[role] td.figure{flex:0 1 auto;text-align:left;white-space:normal}
table[role] .figure+td:not(.figure){padding-left:0}
table[role] td:empty,table[role] td br{display:none}
td[data-column]::before{content:attr(data-column)": ";color:var(--soft);font-weight:400}
}
@page{size:A4;margin:16mm 15mm}
@media print{
body{font-size:10pt}
.banner,nav,main,footer{max-width:none;padding-left:0;padding-right:0}
.banner{padding-top:0}
nav,.skip,summary{display:none}
section{border:0;border-top:1px solid var(--line);border-radius:0;padding:.75rem 0 0;margin-bottom:1.25rem}
h2,h3,figcaption,h2+p{break-after:avoid}
.tiles{grid-template-columns:repeat(4,minmax(0,1fr))}.tile{padding:.75rem}.tile .value{font-size:1.125rem}
figure,.finding,.tile,.facts>div,tr,#seal,#objectives{break-inside:avoid}
thead{display:table-header-group}
.pair{grid-template-columns:1fr 1fr}
.scroll{overflow:visible}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
