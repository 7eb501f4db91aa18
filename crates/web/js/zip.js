// Loaded when someone asks for a zip.
export { strToU8, zipSync } from 'fflate';
