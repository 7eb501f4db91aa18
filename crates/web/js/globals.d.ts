// Browser functions that TypeScript does not know yet, and the global objects of the page.

interface FilePickerType {
  description: string;
  accept: Record<string, string[]>;
}

interface Window {
  showOpenFilePicker?(options: {
    multiple: boolean;
    types: FilePickerType[];
  }): Promise<FileSystemFileHandle[]>;
  showDirectoryPicker?(options: { mode: string }): Promise<FileSystemDirectoryHandle>;
  trustedTypes?: {
    createPolicy(
      name: string,
      rules: { createScriptURL(url: string): string },
    ): { createScriptURL(url: string): string };
  };
}

interface FileSystemDirectoryHandle {
  entries(): AsyncIterableIterator<
    [string, FileSystemFileHandle | FileSystemDirectoryHandle]
  >;
}

/** The functions that the Rust side calls. */
declare var OptakitPage: Record<string, any>;

interface DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}
