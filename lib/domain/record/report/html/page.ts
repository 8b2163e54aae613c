import { type Content, html, Markup } from './markup.ts';
import { style } from './style.ts';
import { styleSha256 } from './style-sha256.ts';

/** The accent of a page: of what it is about, or of nothing. */
export type Tone = 'proven' | 'not-proven' | 'could-not-verify' | 'neutral';

interface PageOptions {
  title: string;
  tone: Tone;
  /** Parts that can be jumped to. */
  contents?: { id: string; title: string }[];
  banner: Content;
  body: Content;
  footer: Content;
}

/**
 * Nothing is fetched, run, sent or framed; the one style is named by its digest, so that even markup that slipped through
 * could neither act nor dress itself up.
 */
const policy = `default-src 'none'; style-src 'sha256-${styleSha256}'; img-src data:; base-uri 'none'; form-action 'none'`;

/** A whole page of ours: one file that needs nothing beside it. */
export function page({ title, tone, contents = [], banner, body, footer }: PageOptions): string {
  const links =
    contents.length === 0
      ? null
      : html`<nav aria-label="Contents"><ul>${contents.map((part) => html`<li><a href="#${part.id}">${part.title}</a></li>`)}</ul></nav>\n`;
  // The policy and the style are ours whole: escaped, their quotes would not be read.
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
${new Markup(`<meta http-equiv="Content-Security-Policy" content="${policy}">`)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body class="${tone}">
<a class="skip" href="#content">Skip to the content</a>
<header class="banner">
${banner}</header>
${links}<main id="content" tabindex="-1">
${body}</main>
<footer>
${footer}</footer>
</body>
</html>
`.text;
}
