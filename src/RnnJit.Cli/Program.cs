Console.WriteLine("rnnjit");
