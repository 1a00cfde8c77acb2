/** Addresses and source of the page's own files, as `asWebviewUri` and `cspSource` give them. */
export interface PanelAssets {
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  readonly editorWorker: string;
  readonly yamlWorker: string;
}

/**
 * The panel's HTML: an empty body, scripts by nonce only, nothing of any manifest. Monaco injects its own styles and one
 * `data:` image; its workers come from blobs, whose text is fetched from the extension's files.
 */
export function panelHtml(assets: PanelAssets, nonce: string, language: string): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${assets.cspSource} 'unsafe-inline'`,
    `font-src ${assets.cspSource}`,
    `img-src ${assets.cspSource} data:`,
    'worker-src blob:',
    `connect-src ${assets.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeAttribute(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Change &amp; Sync</title>
<link rel="stylesheet" href="${escapeAttribute(assets.style)}">
</head>
<body data-editor-worker="${escapeAttribute(assets.editorWorker)}" data-yaml-worker="${escapeAttribute(assets.yamlWorker)}">
<script nonce="${nonce}" src="${escapeAttribute(assets.script)}"></script>
</body>
</html>`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
