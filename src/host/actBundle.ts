// What changes Git and clusters: a bundle of its own, loaded when somebody opens a panel or syncs.
export { syncApp } from './commands/syncCommand.ts';
export { askReconciler } from './commands/reconcilerCommands.ts';
export { AppPanel } from './panel/appPanel.ts';
export { fetchSources } from './commands/fetchSources.ts';
