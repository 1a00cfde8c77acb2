import '@vscode/codicons/dist/codicon.css';
import './panel.css';
import { connectHost } from './host.ts';
import { ignoreCancellations } from './editor/monaco.ts';
import { Page } from './page.ts';

ignoreCancellations();
const { editorWorker = '', yamlWorker = '' } = document.body.dataset;
const host = connectHost((message) => {
  page.receive(message);
});
const page = new Page(host, { editor: editorWorker, yaml: yamlWorker });
page.start(document.body);
